"""Addresses of help."""

from django.urls import path

from portal.help import views

partner_urlpatterns = [
    path("messages-explained/", views.explanations, name="explanations"),
]
