"""Addresses of runs."""

from django.urls import path

from portal.history import runs, views

partner_urlpatterns = [
    path("programs/<int:program_id>/history/", views.history, name="history"),
    path("programs/<int:program_id>/sync/", runs.start_sync, name="start_sync"),
    path("programs/<int:program_id>/customers/<int:customer_id>/sync/", runs.sync_alone, name="sync_alone"),
    path("runs/<int:run_id>/", runs.run, name="run"),
    path("runs/<int:run_id>/progress/", runs.progress, name="run_progress"),
    path("runs/<int:run_id>/apply/", runs.apply_plan, name="apply_plan"),
    path("runs/<int:run_id>/discard/", runs.discard_plan, name="discard_plan"),
    path("runs/<int:run_id>/cancel/", runs.cancel_run, name="cancel_run"),
    path("runs/<int:run_id>/retry/", runs.retry_failed, name="retry_failed"),
    path("runs/<int:run_id>/changes/<int:change_id>/", runs.change, name="change"),
]
