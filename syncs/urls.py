"""Addresses of programs in motion."""

from django.urls import path

from syncs.views import explanations, inbox, mappings, overview, product_links, records, runs

partner_urlpatterns = [
    path("messages-explained/", explanations.explanations, name="explanations"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/decide/", inbox.decide, name="decide"),
    path("inbox/decide-together/", inbox.decide_many, name="decide_many"),
    path("inbox/seen/", inbox.seen, name="seen"),
    path("inbox/undo/", inbox.undo, name="undo_decision"),
    path("inbox/invoices/<int:invoice_id>/", inbox.decide_invoice, name="decide_invoice"),
    path("programs/<int:program_id>/", overview.overview, name="program"),
    path("programs/<int:program_id>/sync/", overview.start_sync, name="start_sync"),
    path("programs/<int:program_id>/history/", overview.history, name="history"),
    path("programs/<int:program_id>/mappings/<int:mapping_id>/remove/", mappings.unmap, name="unmap"),
    path("programs/<int:program_id>/mappings/<int:mapping_id>/sync/", mappings.switch_sync, name="switch_sync"),
    path("programs/<int:program_id>/invoices/<int:invoice_id>/", records.invoice, name="invoice"),
    path("programs/<int:program_id>/invoices/<int:invoice_id>/account/", records.strip, name="strip"),
    path("programs/<int:program_id>/customers/<int:customer_id>/", records.customer, name="customer"),
    path("programs/<int:program_id>/products/<int:product_id>/", records.product, name="product"),
    path("programs/<int:program_id>/products/<int:product_id>/adopt/", product_links.adopt, name="adopt_product"),
    path("programs/<int:program_id>/products/<int:product_id>/detach/", product_links.detach, name="detach_product"),
    path("programs/<int:program_id>/products/<int:product_id>/follow/", product_links.follow, name="follow_product"),
    path("runs/<int:run_id>/", runs.run, name="run"),
    path("runs/<int:run_id>/progress/", runs.progress, name="run_progress"),
    path("runs/<int:run_id>/apply/", runs.apply_plan, name="apply_plan"),
    path("runs/<int:run_id>/discard/", runs.discard_plan, name="discard_plan"),
    path("runs/<int:run_id>/cancel/", runs.cancel_run, name="cancel_run"),
    path("runs/<int:run_id>/retry/", runs.retry_failed, name="retry_failed"),
    path("runs/<int:run_id>/changes/<int:change_id>/", runs.change, name="change"),
]
