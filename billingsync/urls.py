"""Every address of the service. Each app brings its own list."""

from django.urls import include, path

from billingsync.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
]
