"""Addresses of the inbox."""

from django.urls import path

from portal.inbox import views

partner_urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/decide/", views.decide, name="decide"),
    path("inbox/decide-together/", views.decide_many, name="decide_many"),
    path("inbox/seen/", views.seen, name="seen"),
    path("inbox/undo/", views.undo, name="undo_decision"),
    path("inbox/invoices/<int:invoice_id>/", views.decide_invoice, name="decide_invoice"),
]
