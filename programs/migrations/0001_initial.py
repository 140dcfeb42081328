import datetime
from decimal import Decimal

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import core.partner_models
import core.scope
from core.row_security import SecurePartnerTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("connections", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Program",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(default="microsoft-csp")),
                ("enabled", models.BooleanField(default=False)),
                (
                    "notification_emails",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.EmailField(max_length=254), blank=True, default=list, size=None
                    ),
                ),
                ("mail_every_run", models.BooleanField(default=False)),
                ("billing_enabled", models.BooleanField(default=False)),
                (
                    "motions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("seat_monthly", "Seat Based Monthly"),
                                ("azure_plan", "Azure Plan"),
                                ("seat_annual", "Seat Based Annual"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "start",
                    models.CharField(
                        choices=[("latest", "The most recent invoice"), ("next", "The next invoice")],
                        default="latest",
                        max_length=6,
                    ),
                ),
                (
                    "approval",
                    models.CharField(
                        choices=[("automatic", "Apply at once"), ("required", "Hold until someone applies it")],
                        default="automatic",
                        max_length=9,
                    ),
                ),
                (
                    "prorations",
                    models.CharField(
                        choices=[
                            ("line", "Own one-time line"),
                            ("quantity", "Decimal quantity"),
                            ("warn", "Warn only"),
                        ],
                        default="line",
                        max_length=8,
                    ),
                ),
                (
                    "credits",
                    models.CharField(
                        choices=[("hold", "Hold for review"), ("apply", "Apply")], default="hold", max_length=5
                    ),
                ),
                (
                    "rounding_tolerance",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.05"),
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                ("products_enabled", models.BooleanField(default=False)),
                (
                    "product_mode",
                    models.CharField(
                        choices=[("all", "All Products"), ("in_use", "In-Use Only")], default="in_use", max_length=6
                    ),
                ),
                ("sync_azure", models.BooleanField(default=True)),
                ("sync_annual", models.BooleanField(default=True)),
                ("new_taxable", models.BooleanField(default=True)),
                ("daily_at", models.TimeField(default=datetime.time(5, 0))),
                ("time_zone", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("next_due_at", models.DateTimeField(db_index=True, null=True)),
                ("start_listed_at", models.DateTimeField(null=True)),
                ("baseline_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="connections.connection"
                    ),
                ),
                (
                    "target",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="connections.connection"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProgramEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("slug", models.SlugField(db_index=False, default="microsoft-csp")),
                ("enabled", models.BooleanField(default=False)),
                (
                    "notification_emails",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.EmailField(max_length=254), blank=True, default=list, size=None
                    ),
                ),
                ("mail_every_run", models.BooleanField(default=False)),
                ("billing_enabled", models.BooleanField(default=False)),
                (
                    "motions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("seat_monthly", "Seat Based Monthly"),
                                ("azure_plan", "Azure Plan"),
                                ("seat_annual", "Seat Based Annual"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "start",
                    models.CharField(
                        choices=[("latest", "The most recent invoice"), ("next", "The next invoice")],
                        default="latest",
                        max_length=6,
                    ),
                ),
                (
                    "approval",
                    models.CharField(
                        choices=[("automatic", "Apply at once"), ("required", "Hold until someone applies it")],
                        default="automatic",
                        max_length=9,
                    ),
                ),
                (
                    "prorations",
                    models.CharField(
                        choices=[
                            ("line", "Own one-time line"),
                            ("quantity", "Decimal quantity"),
                            ("warn", "Warn only"),
                        ],
                        default="line",
                        max_length=8,
                    ),
                ),
                (
                    "credits",
                    models.CharField(
                        choices=[("hold", "Hold for review"), ("apply", "Apply")], default="hold", max_length=5
                    ),
                ),
                (
                    "rounding_tolerance",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.05"),
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                ("products_enabled", models.BooleanField(default=False)),
                (
                    "product_mode",
                    models.CharField(
                        choices=[("all", "All Products"), ("in_use", "In-Use Only")], default="in_use", max_length=6
                    ),
                ),
                ("sync_azure", models.BooleanField(default=True)),
                ("sync_annual", models.BooleanField(default=True)),
                ("new_taxable", models.BooleanField(default=True)),
                ("daily_at", models.TimeField(default=datetime.time(5, 0))),
                ("time_zone", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("baseline_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                        to="programs.program",
                    ),
                ),
                (
                    "source",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="connections.connection",
                    ),
                ),
                (
                    "target",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="connections.connection",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="program",
            constraint=models.UniqueConstraint(
                fields=("partner", "slug", "source", "target"), name="one_program_per_route"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="program",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "programs_programevent" ("approval", "baseline_at", "billing_enabled", "created_at", "credits", "daily_at", "enabled", "id", "mail_every_run", "motions", "new_taxable", "notification_emails", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_mode", "products_enabled", "prorations", "rounding_tolerance", "slug", "source_id", "start", "sync_annual", "sync_azure", "target_id", "time_zone") VALUES (NEW."approval", NEW."baseline_at", NEW."billing_enabled", NEW."created_at", NEW."credits", NEW."daily_at", NEW."enabled", NEW."id", NEW."mail_every_run", NEW."motions", NEW."new_taxable", NEW."notification_emails", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."product_mode", NEW."products_enabled", NEW."prorations", NEW."rounding_tolerance", NEW."slug", NEW."source_id", NEW."start", NEW."sync_annual", NEW."sync_azure", NEW."target_id", NEW."time_zone"); RETURN NULL;',
                    hash="729bf57f79ad5f5a599390bbe79b905cc4023d2f",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5a554",
                    table="programs_program",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="program",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."approval" IS DISTINCT FROM (NEW."approval") OR OLD."baseline_at" IS DISTINCT FROM (NEW."baseline_at") OR OLD."billing_enabled" IS DISTINCT FROM (NEW."billing_enabled") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."credits" IS DISTINCT FROM (NEW."credits") OR OLD."daily_at" IS DISTINCT FROM (NEW."daily_at") OR OLD."enabled" IS DISTINCT FROM (NEW."enabled") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."mail_every_run" IS DISTINCT FROM (NEW."mail_every_run") OR OLD."motions" IS DISTINCT FROM (NEW."motions") OR OLD."new_taxable" IS DISTINCT FROM (NEW."new_taxable") OR OLD."notification_emails" IS DISTINCT FROM (NEW."notification_emails") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."product_mode" IS DISTINCT FROM (NEW."product_mode") OR OLD."products_enabled" IS DISTINCT FROM (NEW."products_enabled") OR OLD."prorations" IS DISTINCT FROM (NEW."prorations") OR OLD."rounding_tolerance" IS DISTINCT FROM (NEW."rounding_tolerance") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."start" IS DISTINCT FROM (NEW."start") OR OLD."sync_annual" IS DISTINCT FROM (NEW."sync_annual") OR OLD."sync_azure" IS DISTINCT FROM (NEW."sync_azure") OR OLD."target_id" IS DISTINCT FROM (NEW."target_id") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone"))',
                    func='INSERT INTO "programs_programevent" ("approval", "baseline_at", "billing_enabled", "created_at", "credits", "daily_at", "enabled", "id", "mail_every_run", "motions", "new_taxable", "notification_emails", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_mode", "products_enabled", "prorations", "rounding_tolerance", "slug", "source_id", "start", "sync_annual", "sync_azure", "target_id", "time_zone") VALUES (NEW."approval", NEW."baseline_at", NEW."billing_enabled", NEW."created_at", NEW."credits", NEW."daily_at", NEW."enabled", NEW."id", NEW."mail_every_run", NEW."motions", NEW."new_taxable", NEW."notification_emails", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."product_mode", NEW."products_enabled", NEW."prorations", NEW."rounding_tolerance", NEW."slug", NEW."source_id", NEW."start", NEW."sync_annual", NEW."sync_azure", NEW."target_id", NEW."time_zone"); RETURN NULL;',
                    hash="c5b2e19884d19382867083a3d764dfb79a81711f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7f86c",
                    table="programs_program",
                    when="AFTER",
                ),
            ),
        ),
        SecurePartnerTables(["Program"]),
        SecurePartnerTables(["ProgramEvent"], append_only=True),
    ]
