"""Addresses of customers."""

from django.urls import path

from portal.customers import views

partner_urlpatterns = [
    path("programs/<int:program_id>/customers/<int:customer_id>/", views.customer, name="customer"),
]
