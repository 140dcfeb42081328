import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
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
        ("pghistory", "0007_auto_20250421_0444"),
        ("programs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=100)),
                ("company_id", models.CharField(blank=True, max_length=100)),
                ("name", models.CharField(max_length=500)),
                ("domain", models.CharField(blank=True, max_length=255)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("active", models.BooleanField(default=True)),
                ("first_seen_at", models.DateTimeField(auto_now_add=True)),
                ("last_seen_at", models.DateTimeField()),
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
            name="MappingBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("import", "CSV import"),
                            ("sync_on", "Switch sync on"),
                            ("sync_off", "Switch sync off"),
                            ("suggestions", "Accepted suggestions"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "Not applied yet"), ("applied", "Applied"), ("undone", "Undone")],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("file_name", models.CharField(blank=True, max_length=200)),
                ("entries", models.JSONField(default=list)),
                ("problems", models.JSONField(default=list)),
                ("notes", models.JSONField(default=list)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("skipped", models.PositiveIntegerField(default=0)),
                ("left_alone", models.JSONField(default=list)),
                ("made_by", models.CharField(max_length=254)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
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
                    "program",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programs.program"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=100)),
                ("product_ref", models.CharField(blank=True, max_length=100)),
                ("term", models.CharField(blank=True, max_length=60)),
                ("billing_cycle", models.CharField(blank=True, max_length=120)),
                ("cadence", models.CharField(blank=True, max_length=8)),
                ("status", models.CharField(blank=True, max_length=60)),
                ("last_seen_at", models.DateTimeField()),
                (
                    "customer",
                    core.partner_models.PartnerForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
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
        ),
        migrations.CreateModel(
            name="TargetCustomer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=500)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=60)),
                ("address", models.CharField(blank=True, max_length=500)),
                ("disabled", models.BooleanField(default=False)),
                ("gone", models.BooleanField(default=False)),
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
            name="Mapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                (
                    "pricing",
                    models.CharField(
                        choices=[
                            ("cost_and_retail", "Cost and retail"),
                            ("cost_only", "Only cost"),
                            ("quantity_only", "Only quantity"),
                        ],
                        default="cost_and_retail",
                        max_length=15,
                    ),
                ),
                ("sync_on", models.BooleanField(default=True)),
                ("first_month", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "customer",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mappings", to="customers.customer"
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
                    "program",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mappings", to="programs.program"
                    ),
                ),
                (
                    "target_customer",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mappings",
                        to="customers.targetcustomer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=100)),
                ("customer_external_id", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=500)),
                ("frequency", models.CharField(max_length=30)),
                ("next_run", models.DateField(null=True)),
                ("paused", models.BooleanField(default=False)),
                ("lines", models.JSONField(default=list)),
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
            name="MappingEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
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
                (
                    "pricing",
                    models.CharField(
                        choices=[
                            ("cost_and_retail", "Cost and retail"),
                            ("cost_only", "Only cost"),
                            ("quantity_only", "Only quantity"),
                        ],
                        default="cost_and_retail",
                        max_length=15,
                    ),
                ),
                ("sync_on", models.BooleanField(default=True)),
                ("first_month", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "customer",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_constraint=False,
                        default=core.scope.scoped_partner_id,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.partner",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="customers.mapping",
                    ),
                ),
                (
                    "program",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programs.program",
                    ),
                ),
                (
                    "target_customer",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="customers.targetcustomer",
                    ),
                ),
                (
                    "template",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="customers.template",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="mapping",
            name="template",
            field=core.partner_models.PartnerForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="mappings", to="customers.template"
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["partner", "name"], name="customers_c_partner_92db88_idx"),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(
                fields=("partner", "source", "external_id"), name="one_customer_per_tenant"
            ),
        ),
        migrations.AddIndex(
            model_name="mappingbatch",
            index=models.Index(fields=["partner", "program", "-created_at"], name="customers_batch_newest"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                fields=("partner", "source", "external_id"), name="one_row_per_subscription"
            ),
        ),
        migrations.AddIndex(
            model_name="targetcustomer",
            index=models.Index(fields=["partner", "target", "name"], name="customers_t_partner_ad62a8_idx"),
        ),
        migrations.AddConstraint(
            model_name="targetcustomer",
            constraint=models.UniqueConstraint(
                fields=("partner", "target", "external_id"), name="one_copy_per_target_customer"
            ),
        ),
        migrations.AddIndex(
            model_name="template",
            index=models.Index(
                fields=["partner", "target", "customer_external_id"], name="customers_t_partner_1caa1a_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="template",
            constraint=models.UniqueConstraint(
                fields=("partner", "target", "external_id"), name="one_copy_per_template"
            ),
        ),
        migrations.AddConstraint(
            model_name="mapping",
            constraint=models.UniqueConstraint(
                fields=("partner", "program", "customer", "motion"), name="one_mapping_per_motion"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mapping",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "customers_mappingevent" ("created_at", "customer_id", "first_month", "id", "motion", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pricing", "program_id", "sync_on", "target_customer_id", "template_id", "updated_at") VALUES (NEW."created_at", NEW."customer_id", NEW."first_month", NEW."id", NEW."motion", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pricing", NEW."program_id", NEW."sync_on", NEW."target_customer_id", NEW."template_id", NEW."updated_at"); RETURN NULL;',
                    hash="84c08a2a2a32ca371cc0a93800cbf693973d4b46",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_60783",
                    table="customers_mapping",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mapping",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "customers_mappingevent" ("created_at", "customer_id", "first_month", "id", "motion", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pricing", "program_id", "sync_on", "target_customer_id", "template_id", "updated_at") VALUES (NEW."created_at", NEW."customer_id", NEW."first_month", NEW."id", NEW."motion", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pricing", NEW."program_id", NEW."sync_on", NEW."target_customer_id", NEW."template_id", NEW."updated_at"); RETURN NULL;',
                    hash="778b64f3a617cc04daf1a97551bf457bbee560b6",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_2bdf4",
                    table="customers_mapping",
                    when="AFTER",
                ),
            ),
        ),
        SecurePartnerTables(["Customer", "Subscription", "TargetCustomer", "Template", "Mapping", "MappingBatch"]),
        SecurePartnerTables(["MappingEvent"], append_only=True),
        make_search("matching_customers", "customers_customer", ["name", "domain", "external_id"]),
        make_search("matching_target_customers", "customers_targetcustomer", ["name", "email"]),
    ]
