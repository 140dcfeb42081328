"""Every address of the service."""

from django.urls import include, path

from portal.urls import urlpatterns as portal

urlpatterns = [
    *portal,
    path("accounts/", include("allauth.urls")),
    path("p/<slug:slug>/", include("portal.partner_urls")),
]

handler403 = "portal.frame.errors.permission_denied"
handler404 = "portal.frame.errors.page_not_found"
handler500 = "portal.frame.errors.server_error"
