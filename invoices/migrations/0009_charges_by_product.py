import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import core.partner_models
import invoices.models
from core.search_migrations import search_by_place


class Migration(migrations.Migration):
    atomic = False  # the table may be full: the index is made while others write
    dependencies = [
        ("core", "0006_numbers_in_gin"),
        ("customers", "0005_secure_mapping_batches"),
        ("invoices", "0008_overlap_decided_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="billingitem",
            name="mappings",
            field=invoices.models.ToMappings(
                from_fields=["partner", "customer", "motion"],
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="customers.mapping",
                to_fields=["partner", "customer", "motion"],
            ),
        ),
        AddIndexConcurrently(
            model_name="charge",
            index=models.Index(
                fields=["partner", "invoice", "product"], include=["id", "subscription_ref"], name="charges_by_product"
            ),
        ),
        migrations.AlterField(  # other indexes begin with partner and invoice
            model_name="charge",
            name="invoice",
            field=core.partner_models.PartnerForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="charges",
                to="invoices.sourceinvoice",
            ),
        ),
        search_by_place("invoices_charge", ["product_name"], "invoice_id"),
    ]
