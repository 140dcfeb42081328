"""Addresses of the operator's page."""

from django.urls import path

from portal.operator import auditing, enabling, views

urlpatterns = [
    path("operator/", views.operator, name="operator"),
    path("operator/audit/", auditing.audit, name="installation_audit"),
    path("operator/<slug:slug>/<slug:system>/enable/", enabling.enable, name="enable_target"),
]
