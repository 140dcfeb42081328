"""Addresses of products."""

from django.urls import path

from products import views

partner_urlpatterns = [
    path("programs/<int:program_id>/products/", views.products, name="products"),
]
