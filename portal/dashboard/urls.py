"""Addresses of dashboard and overview."""

from django.urls import path

from portal.dashboard import views

urlpatterns = [
    path("", views.home, name="home"),
]

partner_urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("programs/<int:program_id>/", views.overview, name="program"),
]
