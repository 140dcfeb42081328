import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import core.partner_models
import core.scope
from core.row_security import SecurePartnerTables
from core.sql_migrations import run_sql_file


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("system", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, db_default="", max_length=50)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("not_enabled", "Not enabled"),
                            ("requested", "Requested"),
                            ("ready", "Ready to connect"),
                            ("connected", "Connected"),
                            ("attention", "Needs attention"),
                        ],
                        default="not_enabled",
                        max_length=12,
                    ),
                ),
                ("status_since", models.DateTimeField()),
                ("credentials", models.JSONField(default=dict)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("account", models.CharField(blank=True, max_length=200)),
                ("currency_symbol", models.CharField(blank=True, max_length=8)),
                ("time_zone", models.CharField(blank=True, max_length=64)),
                ("settings_read_at", models.DateTimeField(null=True)),
                ("permissions", models.JSONField(default=list)),
                ("warnings", models.JSONField(default=list)),
                ("negative_lines", models.BooleanField(default=True)),
                ("requested_at", models.DateTimeField(null=True)),
                ("last_tested_at", models.DateTimeField(null=True)),
                ("target_read_at", models.DateTimeField(null=True)),
                (
                    "trouble",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("credentials", "The credentials or the address do not do"),
                            ("permission", "A permission is missing"),
                        ],
                        db_default="",
                        max_length=11,
                    ),
                ),
                ("problem", models.TextField(blank=True)),
                ("problem_detail", models.TextField(blank=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
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
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ConnectionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("system", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, db_default="", max_length=50)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("not_enabled", "Not enabled"),
                            ("requested", "Requested"),
                            ("ready", "Ready to connect"),
                            ("connected", "Connected"),
                            ("attention", "Needs attention"),
                        ],
                        default="not_enabled",
                        max_length=12,
                    ),
                ),
                ("status_since", models.DateTimeField()),
                ("credentials", models.JSONField(default=dict)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("account", models.CharField(blank=True, max_length=200)),
                ("currency_symbol", models.CharField(blank=True, max_length=8)),
                ("time_zone", models.CharField(blank=True, max_length=64)),
                ("settings_read_at", models.DateTimeField(null=True)),
                ("negative_lines", models.BooleanField(default=True)),
                ("requested_at", models.DateTimeField(null=True)),
                (
                    "trouble",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("credentials", "The credentials or the address do not do"),
                            ("permission", "A permission is missing"),
                        ],
                        db_default="",
                        max_length=11,
                    ),
                ),
                ("problem", models.TextField(blank=True)),
                ("problem_detail", models.TextField(blank=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
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
                        to="connections.connection",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Secret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("sealed", models.BinaryField(default=b"")),
                ("stored_at", models.DateTimeField()),
                (
                    "connection",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="secrets", to="connections.connection"
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
            ],
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.UniqueConstraint(fields=("partner", "system", "name"), name="one_connection_per_name"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="connection",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "connections_connectionevent" ("account", "credentials", "currency", "currency_symbol", "failing_since", "id", "name", "negative_lines", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "problem_detail", "reminded_at", "requested_at", "requested_by_id", "settings_read_at", "status", "status_since", "system", "time_zone", "trouble") VALUES (NEW."account", NEW."credentials", NEW."currency", NEW."currency_symbol", NEW."failing_since", NEW."id", NEW."name", NEW."negative_lines", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."problem", NEW."problem_detail", NEW."reminded_at", NEW."requested_at", NEW."requested_by_id", NEW."settings_read_at", NEW."status", NEW."status_since", NEW."system", NEW."time_zone", NEW."trouble"); RETURN NULL;',
                    hash="f2d8fb2e2cced9868ed9fbe0e7e8e0316b61dce5",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6be0d",
                    table="connections_connection",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="connection",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."account" IS DISTINCT FROM (NEW."account") OR OLD."credentials" IS DISTINCT FROM (NEW."credentials") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."currency_symbol" IS DISTINCT FROM (NEW."currency_symbol") OR OLD."failing_since" IS DISTINCT FROM (NEW."failing_since") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."negative_lines" IS DISTINCT FROM (NEW."negative_lines") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."problem" IS DISTINCT FROM (NEW."problem") OR OLD."problem_detail" IS DISTINCT FROM (NEW."problem_detail") OR OLD."reminded_at" IS DISTINCT FROM (NEW."reminded_at") OR OLD."requested_at" IS DISTINCT FROM (NEW."requested_at") OR OLD."requested_by_id" IS DISTINCT FROM (NEW."requested_by_id") OR OLD."settings_read_at" IS DISTINCT FROM (NEW."settings_read_at") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."status_since" IS DISTINCT FROM (NEW."status_since") OR OLD."system" IS DISTINCT FROM (NEW."system") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone") OR OLD."trouble" IS DISTINCT FROM (NEW."trouble"))',
                    func='INSERT INTO "connections_connectionevent" ("account", "credentials", "currency", "currency_symbol", "failing_since", "id", "name", "negative_lines", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "problem_detail", "reminded_at", "requested_at", "requested_by_id", "settings_read_at", "status", "status_since", "system", "time_zone", "trouble") VALUES (NEW."account", NEW."credentials", NEW."currency", NEW."currency_symbol", NEW."failing_since", NEW."id", NEW."name", NEW."negative_lines", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."problem", NEW."problem_detail", NEW."reminded_at", NEW."requested_at", NEW."requested_by_id", NEW."settings_read_at", NEW."status", NEW."status_since", NEW."system", NEW."time_zone", NEW."trouble"); RETURN NULL;',
                    hash="014f42d583ba36b7c40f8f188e04b5e00f71758c",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9419a",
                    table="connections_connection",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="secret",
            constraint=models.UniqueConstraint(fields=("partner", "connection", "name"), name="one_secret_per_name"),
        ),
        SecurePartnerTables(["Connection", "Secret"]),
        SecurePartnerTables(["ConnectionEvent"], append_only=True),
        run_sql_file(__file__, "questions_across_partners.sql"),
    ]
