"""Addresses below ``/p/<partner>/``: each app brings its own."""

from django.urls import path

from accounts.urls import partner_urlpatterns as accounts
from billingsync import views
from billingsync.partner_settings import partner_settings
from connections.urls import partner_urlpatterns as connections
from invoices.urls import partner_urlpatterns as invoices
from notifications.urls import partner_urlpatterns as notifications
from products.urls import partner_urlpatterns as products
from programs.urls import partner_urlpatterns as programs
from syncs.urls import partner_urlpatterns as syncs

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("search/", views.search, name="search"),
    path("running/", views.running, name="running"),
    path("audit/", views.audit, name="audit"),
    path("settings/", partner_settings, name="partner_settings"),
    *connections,
    *programs,
    *products,
    *invoices,
    *syncs,
    *accounts,
    *notifications,
]
