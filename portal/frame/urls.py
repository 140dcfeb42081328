"""Addresses of the frame around every page."""

from django.urls import path

from portal.frame import notices, running

partner_urlpatterns = [
    path("running/", running.running, name="running"),
    path("notices/", notices.notices_page, name="notices"),
    path("notices/seen/", notices.see_notices, name="see_notices"),
]
