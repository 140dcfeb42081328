"""Every address of the service. Each app brings its own list."""

from django.urls import include, path

from accounts.urls import urlpatterns as accounts
from billingsync import views
from billingsync.health import healthz
from billingsync.operator_area import operator
from connections.urls import urlpatterns as connections

urlpatterns = [
    *accounts,
    path("", views.home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("operator/", operator, name="operator"),
    path("accounts/", include("allauth.urls")),
    path("p/<slug:slug>/", include("billingsync.partner_urls")),
    *connections,
]

handler403 = "billingsync.views.permission_denied"
handler404 = "billingsync.views.page_not_found"
handler500 = "billingsync.views.server_error"
