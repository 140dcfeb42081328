import django.db.models.deletion
from django.db import migrations, models

import core.partner_models
import core.scope
import invoices.models
from core.row_security import SecurePartnerTables
from core.search_migrations import make_search


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("connections", "0001_initial"),
        ("core", "0001_initial"),
        ("customers", "0001_initial"),
        ("products", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceInvoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("program_slug", models.SlugField()),
                ("external_id", models.CharField(max_length=100)),
                ("number", models.CharField(max_length=100)),
                ("program_name", models.CharField(max_length=200)),
                ("month", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("header_hash", models.CharField(blank=True, max_length=64)),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("counted", "Counted"),
                            ("held", "Held: overlaps an imported invoice"),
                            ("replaced", "Replaced by another invoice"),
                            ("reversed", "Cancelled: an invoice and its exact reversal"),
                        ],
                        default="counted",
                        max_length=8,
                    ),
                ),
                ("past", models.BooleanField(default=False)),
                ("reversal", models.BooleanField(default=False)),
                (
                    "overlap_choice",
                    models.CharField(
                        blank=True, choices=[("replaces", "Replaces them"), ("adds", "Adds to them")], max_length=8
                    ),
                ),
                ("overlap_decided_at", models.DateTimeField(null=True)),
                ("changed_hash", models.CharField(blank=True, max_length=64)),
                ("header_cost_total", models.DecimalField(decimal_places=8, max_digits=24, null=True)),
                ("header_retail_total", models.DecimalField(decimal_places=8, max_digits=24, null=True)),
                ("row_count", models.PositiveIntegerField(default=0)),
                ("repriced_rows", models.PositiveIntegerField(db_default=0, default=0)),
                ("charged_cost", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("charged_retail", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("imported_at", models.DateTimeField(auto_now_add=True)),
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
                "ordering": ["-month", "-imported_at"],
            },
        ),
        migrations.CreateModel(
            name="InvoiceOverlap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "held",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="overlaps",
                        to="invoices.sourceinvoice",
                    ),
                ),
                (
                    "other",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="invoices.sourceinvoice"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Charge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField()),
                ("raw", models.JSONField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("recurring", "Recurring"),
                            ("proration", "Proration"),
                            ("usage", "Usage"),
                            ("one_time", "One-time"),
                            ("credit", "Credit"),
                            ("unknown", "Unknown"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "motion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("seat_monthly", "Seat Based Monthly"),
                            ("azure_plan", "Azure Plan"),
                            ("seat_annual", "Seat Based Annual"),
                        ],
                        max_length=12,
                    ),
                ),
                ("subscription_ref", models.CharField(blank=True, max_length=100)),
                ("product_name", models.CharField(blank=True, max_length=500)),
                ("period", models.CharField(blank=True, max_length=30)),
                ("credit", models.CharField(blank=True, db_default="", default="", max_length=130)),
                ("start", models.DateTimeField()),
                ("end", models.DateTimeField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("quantity", models.DecimalField(decimal_places=8, max_digits=24)),
                ("unit_cost", models.DecimalField(decimal_places=8, max_digits=24)),
                ("unit_retail", models.DecimalField(decimal_places=8, max_digits=24)),
                ("ratio", models.DecimalField(decimal_places=12, max_digits=24)),
                ("cost", models.DecimalField(decimal_places=8, max_digits=24)),
                ("retail", models.DecimalField(decimal_places=8, max_digits=24)),
                ("problem", models.TextField(blank=True)),
                (
                    "motion_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("usage", "marked as usage"),
                            ("words", "the row's own words"),
                            ("once", "the row says one-time"),
                            ("one_day", "a single day"),
                            ("earlier", "an earlier charge of these days"),
                            ("length", "its length"),
                            ("history", "earlier invoices"),
                            ("today", "the source's list of today"),
                        ],
                        db_default="",
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "set_aside",
                    models.CharField(
                        blank=True,
                        choices=[("held", "Charged twice?"), ("excluded", "Not counted")],
                        db_default="",
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "customer",
                    core.partner_models.PartnerForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charges",
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
                    "product",
                    core.partner_models.PartnerForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charges",
                        to="products.product",
                    ),
                ),
                (
                    "subscription",
                    core.partner_models.PartnerForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charges",
                        to="customers.subscription",
                    ),
                ),
                (
                    "invoice",
                    core.partner_models.PartnerForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="charges",
                        to="invoices.sourceinvoice",
                    ),
                ),
            ],
            options={
                "ordering": ["invoice_id", "line"],
            },
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
                    "mappings",
                    invoices.models.ToMappings(
                        from_fields=["partner", "customer", "motion"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.mapping",
                        to_fields=["partner", "customer", "motion"],
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
        migrations.AddIndex(
            model_name="sourceinvoice",
            index=models.Index(fields=["partner", "program_slug", "-month"], name="invoices_so_partner_dff80e_idx"),
        ),
        migrations.AddConstraint(
            model_name="sourceinvoice",
            constraint=models.UniqueConstraint(
                fields=("partner", "source", "external_id"), name="one_import_per_invoice"
            ),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(
                fields=["partner", "customer", "motion", "period"], name="invoices_ch_partner_f2d791_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(fields=["partner", "subscription_ref", "period"], name="invoices_ch_partner_4871ae_idx"),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(fields=["partner", "kind"], name="invoices_ch_partner_7a5045_idx"),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(
                fields=["partner", "invoice", "line"], include=("id", "customer"), name="charges_in_order"
            ),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(
                fields=["partner", "invoice", "product"], include=("id", "subscription_ref"), name="charges_by_product"
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.UniqueConstraint(fields=("partner", "invoice", "line"), name="one_charge_per_row"),
        ),
        SecurePartnerTables(["SourceInvoice", "InvoiceOverlap", "Charge", "BillingItem"]),
        make_search("matching_invoices", "invoices_sourceinvoice", ["number", "program_name"]),
        make_search("matching_charges", "invoices_charge", ["product_name"], within="invoice_id"),
    ]
