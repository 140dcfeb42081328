"""Addresses of dashboard and overview."""

from django.urls import path

from portal.dashboard import program, views

urlpatterns = [
    path("", views.home, name="home"),
]

partner_urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("programs/<int:program_id>/", program.overview, name="program"),
    path("programs/<int:program_id>/sync/", program.start_sync, name="start_sync"),
]
