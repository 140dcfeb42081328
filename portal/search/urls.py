"""The address of the search box."""

from django.urls import path

from portal.search import views

partner_urlpatterns = [
    path("search/", views.search, name="search"),
]
