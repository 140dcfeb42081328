"""Addresses of billing and source invoices."""

from django.urls import path

from invoices import batch_views, suggestion_views, views

partner_urlpatterns = [
    path("programs/<int:program_id>/billing/", views.billing, name="billing"),
    path("programs/<int:program_id>/billing/refresh/", views.refresh_copy, name="refresh_copy"),
    path("programs/<int:program_id>/billing/sync/", batch_views.switch_many, name="switch_many"),
    path("programs/<int:program_id>/billing/mappings.csv", batch_views.export_mappings, name="export_mappings"),
    path("programs/<int:program_id>/billing/import/", batch_views.import_mappings, name="import_mappings"),
    path("programs/<int:program_id>/billing/suggestions/", suggestion_views.suggestions, name="suggestions"),
    path("programs/<int:program_id>/billing/<int:customer_id>/<slug:motion>/", views.mapping, name="mapping"),
    path("programs/<int:program_id>/billing/batches/<int:batch_id>/", batch_views.batch, name="mapping_batch"),
    path("programs/<int:program_id>/billing/batches/<int:batch_id>/apply/", batch_views.apply, name="apply_batch"),
    path("programs/<int:program_id>/billing/batches/<int:batch_id>/undo/", batch_views.undo, name="undo_batch"),
    path("programs/<int:program_id>/invoices/", views.invoices, name="invoices"),
]
