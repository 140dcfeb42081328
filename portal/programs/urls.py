"""Addresses of programs."""

from django.urls import path

from portal.programs import views

partner_urlpatterns = [
    path("programs/", views.programs, name="programs"),
    path(
        "programs/<slug:program_slug>/<slug:source>-to-<slug:target>/set-up/",
        views.set_up_program,
        name="set_up_program",
    ),
    path("programs/<int:program_id>/edit/", views.edit_program, name="edit_program"),
]
