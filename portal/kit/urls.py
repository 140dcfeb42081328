"""Addresses of what a browser remembers of lists."""

from django.urls import path

from portal.kit import columns, page_sizes

partner_urlpatterns = [
    path("columns/", columns.choose_columns, name="choose_columns"),
    path("rows/", page_sizes.choose_page_size, name="choose_page_size"),
]
