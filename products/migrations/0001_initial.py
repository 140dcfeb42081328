import django.db.models.deletion
from django.db import migrations, models

import core.partner_models
import core.scope
from core.row_security import SecurePartnerTables
from core.search_migrations import make_search


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("connections", "0001_initial"),
        ("core", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200)),
                ("product_id", models.CharField(blank=True, max_length=100)),
                ("sku", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=500)),
                ("description", models.TextField(blank=True)),
                ("term", models.CharField(blank=True, max_length=60)),
                ("billing_cycle", models.CharField(blank=True, max_length=120)),
                ("cadence", models.CharField(blank=True, max_length=8)),
                ("unit_cost", models.DecimalField(decimal_places=8, max_digits=20)),
                ("unit_retail", models.DecimalField(decimal_places=8, max_digits=20)),
                ("in_price_list", models.BooleanField(default=True)),
                ("ambiguous", models.BooleanField(default=False)),
                ("detached", models.BooleanField(db_default=False, default=False)),
                ("first_seen_at", models.DateTimeField(auto_now_add=True)),
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
        ),
        migrations.CreateModel(
            name="TargetProduct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=1000)),
                ("code", models.CharField(blank=True, max_length=300)),
                ("cost", models.DecimalField(decimal_places=8, max_digits=20)),
                ("retail", models.DecimalField(decimal_places=8, max_digits=20)),
                ("taxable", models.BooleanField(default=False)),
                ("disabled", models.BooleanField(default=False)),
                ("gone", models.BooleanField(default=False)),
                ("read_at", models.DateTimeField()),
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
                    "target",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="connections.connection"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProductLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=100)),
                ("adopted", models.BooleanField(default=False)),
                ("linked_at", models.DateTimeField(auto_now_add=True)),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="products.product"
                    ),
                ),
                (
                    "target",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="connections.connection"
                    ),
                ),
                (
                    "copy",
                    models.ForeignObject(
                        from_fields=["partner", "target", "external_id"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.targetproduct",
                        to_fields=["partner", "target", "external_id"],
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["partner", "name"], name="products_pr_partner_3c5678_idx"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(fields=("partner", "source", "key"), name="one_product_per_key"),
        ),
        migrations.AddIndex(
            model_name="targetproduct",
            index=models.Index(fields=["partner", "target", "code"], name="products_ta_partner_981e1a_idx"),
        ),
        migrations.AddConstraint(
            model_name="targetproduct",
            constraint=models.UniqueConstraint(
                fields=("partner", "target", "external_id"), name="one_copy_per_target_product"
            ),
        ),
        migrations.AddConstraint(
            model_name="productlink",
            constraint=models.UniqueConstraint(fields=("partner", "product", "target"), name="one_link_per_product"),
        ),
        migrations.AddConstraint(
            model_name="productlink",
            constraint=models.UniqueConstraint(
                fields=("partner", "target", "external_id"), name="one_link_per_target_product"
            ),
        ),
        SecurePartnerTables(["Product", "TargetProduct", "ProductLink"]),
        make_search("matching_products", "products_product", ["name", "sku", "product_id"]),
        make_search("matching_target_products", "products_targetproduct", ["name", "code"]),
    ]
