from django.db import migrations

from core.search_migrations import make_search


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("invoices", "0006_charges_in_order"), ("core", "0003_trigrams")]

    operations = [
        make_search("matching_invoices", "invoices_sourceinvoice", ["number", "program_name"], live=True),
        make_search("matching_charges", "invoices_charge", ["product_name"], within="invoice_id", live=True),
    ]
