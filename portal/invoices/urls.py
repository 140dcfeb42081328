"""Addresses of source invoices."""

from django.urls import path

from portal.invoices import views

partner_urlpatterns = [
    path("programs/<int:program_id>/invoices/", views.invoices, name="invoices"),
    path("programs/<int:program_id>/invoices/<int:invoice_id>/", views.invoice, name="invoice"),
    path("programs/<int:program_id>/invoices/<int:invoice_id>/rows/", views.invoice_rows, name="invoice_rows"),
    path("programs/<int:program_id>/invoices/<int:invoice_id>/account/", views.strip, name="strip"),
]
