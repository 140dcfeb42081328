from django.db import migrations

from core.search_migrations import fold_search


class Migration(migrations.Migration):
    atomic = False  # others write meanwhile

    dependencies = [("core", "0009_folded_search"), ("invoices", "0002_sourceinvoice_compared_at")]

    operations = [
        fold_search("matching_invoices", "invoices_sourceinvoice", ["number", "program_name"]),
        fold_search("matching_charges", "invoices_charge", ["product_name"], within="invoice_id"),
    ]
