"""Addresses of billing."""

from django.urls import path

from portal.billing import batches, suggestions, switches, views

partner_urlpatterns = [
    path("programs/<int:program_id>/billing/", views.billing, name="billing"),
    path("programs/<int:program_id>/billing/refresh/", views.refresh_copy, name="refresh_copy"),
    path("programs/<int:program_id>/billing/sync/", batches.switch_many, name="switch_many"),
    path("programs/<int:program_id>/billing/mappings.csv", batches.export_mappings, name="export_mappings"),
    path("programs/<int:program_id>/billing/import/", batches.import_mappings, name="import_mappings"),
    path("programs/<int:program_id>/billing/suggestions/", suggestions.suggestions, name="suggestions"),
    path("programs/<int:program_id>/billing/<int:customer_id>/<slug:motion>/", views.mapping, name="mapping"),
    path("programs/<int:program_id>/billing/batches/<int:batch_id>/", batches.batch, name="mapping_batch"),
    path("programs/<int:program_id>/billing/batches/<int:batch_id>/apply/", batches.apply, name="apply_batch"),
    path("programs/<int:program_id>/billing/batches/<int:batch_id>/undo/", batches.undo, name="undo_batch"),
    path("programs/<int:program_id>/mappings/<int:mapping_id>/remove/", switches.unmap, name="unmap"),
    path("programs/<int:program_id>/mappings/<int:mapping_id>/sync/", switches.switch_sync, name="switch_sync"),
]
