"""Addresses of usage months."""

from django.urls import path

from portal.months import views

partner_urlpatterns = [
    path("programs/<int:program_id>/months/", views.months, name="months"),
    path("programs/<int:program_id>/months/<str:period>/", views.month, name="month"),
    path("programs/<int:program_id>/months/<str:period>/close/", views.close, name="close_month"),
    path("programs/<int:program_id>/months/<str:period>/open/", views.reopen, name="open_month"),
]
