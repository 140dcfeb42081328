import django.db.models.deletion
from django.db import migrations, models

import core.partner_models
import core.scope
from core.row_security import SecurePartnerTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_row_security"),
        ("connections", "0002_row_security"),
        ("customers", "0003_search"),
        ("invoices", "0003_header_hash_and_overlap_choice"),
    ]

    operations = [
        migrations.AddField(
            model_name="sourceinvoice",
            name="charged_cost",
            field=models.DecimalField(decimal_places=8, default=0, max_digits=24),
        ),
        migrations.AddField(
            model_name="sourceinvoice",
            name="charged_retail",
            field=models.DecimalField(decimal_places=8, default=0, max_digits=24),
        ),
        migrations.CreateModel(
            name="BillingItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("program_slug", models.SlugField()),
                (
                    "motion",
                    models.CharField(
                        choices=[
                            ("seat_monthly", "Seat Based Monthly"),
                            ("azure_plan", "Azure Plan"),
                            ("seat_annual", "Seat Based Annual"),
                        ],
                        max_length=12,
                    ),
                ),
                ("month", models.DateField()),
                ("cost", models.DecimalField(decimal_places=8, max_digits=24)),
                ("retail", models.DecimalField(decimal_places=8, max_digits=24)),
                (
                    "customer",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="billing_items",
                        to="customers.customer",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        default=core.scope.scoped_partner_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.partner",
                    ),
                ),
                (
                    "source",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="connections.connection"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("partner", "source", "program_slug", "customer", "motion"), name="one_item_per_motion"
                    )
                ],
            },
        ),
        SecurePartnerTables(["BillingItem"]),
    ]
