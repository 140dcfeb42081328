"""Addresses of billing and source invoices."""

from django.urls import path

from invoices import views

partner_urlpatterns = [
    path("programs/<int:program_id>/billing/", views.billing, name="billing"),
    path("programs/<int:program_id>/billing/refresh/", views.refresh_copy, name="refresh_copy"),
    path("programs/<int:program_id>/billing/<int:customer_id>/<slug:motion>/", views.mapping, name="mapping"),
    path("programs/<int:program_id>/mappings/<int:mapping_id>/remove/", views.unmap, name="unmap"),
    path("programs/<int:program_id>/mappings/<int:mapping_id>/sync/", views.switch_sync, name="switch_sync"),
    path("programs/<int:program_id>/invoices/", views.invoices, name="invoices"),
]
