"""The address of the partner's settings."""

from django.urls import path

from portal.company import views

partner_urlpatterns = [
    path("settings/", views.partner_settings, name="partner_settings"),
]
