"""Addresses of connections."""

from django.urls import path

from portal.connections import views

partner_urlpatterns = [
    path("connections/", views.connections, name="connections"),
    path("connections/<slug:system>/", views.connect, name="connect"),
    path("connections/<slug:system>/history/", views.connection_history, name="connection_history"),
    path("connections/<slug:system>/test/", views.retest, name="retest"),
    path("connections/<slug:system>/tested/", views.follow_check, name="follow_check"),
    path("connections/<slug:system>/disconnect/", views.disconnect, name="disconnect"),
    path("connections/<slug:system>/request/", views.request_target, name="request_target"),
]
