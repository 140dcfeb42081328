"""The address of the audit log."""

from django.urls import path

from portal.audit import views

partner_urlpatterns = [
    path("audit/", views.audit, name="audit"),
]
