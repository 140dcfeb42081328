"""Addresses of products."""

from django.urls import path

from portal.products import links, views

partner_urlpatterns = [
    path("programs/<int:program_id>/products/", views.products, name="products"),
    path("programs/<int:program_id>/products/<int:product_id>/", views.product, name="product"),
    path("programs/<int:program_id>/products/<int:product_id>/adopt/", links.adopt, name="adopt_product"),
    path("programs/<int:program_id>/products/<int:product_id>/detach/", links.detach, name="detach_product"),
    path("programs/<int:program_id>/products/<int:product_id>/follow/", links.follow, name="follow_product"),
]
