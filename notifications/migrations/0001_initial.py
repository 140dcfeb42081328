import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import core.partner_models
import core.scope
from core.row_security import SecurePartnerTables
from core.sql_migrations import run_sql_file


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailPreference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("run_problems", models.BooleanField(default=False)),
                ("every_run", models.BooleanField(default=False)),
                ("unmapped", models.BooleanField(default=False)),
                ("connections", models.BooleanField(default=False)),
                (
                    "membership",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.membership"
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
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "membership"), name="one_preference_per_member")
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=40)),
                (
                    "to",
                    django.contrib.postgres.fields.ArrayField(base_field=models.EmailField(max_length=254), size=None),
                ),
                ("subject", models.CharField(max_length=300)),
                ("text", models.TextField()),
                ("html", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "To be sent"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("failed", "Given up"),
                        ],
                        default="due",
                        max_length=7,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("not_before", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(blank=True)),
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
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "sent"), _negated=True),
                        fields=["state", "not_before"],
                        name="notifications_not_sent",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("partner", "event"), name="one_message_per_event")],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.CharField(max_length=120)),
                ("tone", models.CharField(max_length=7)),
                ("subject", models.CharField(max_length=300)),
                ("text", models.TextField()),
                ("link", models.CharField(max_length=500)),
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
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "indexes": [models.Index(fields=["partner", "-created_at", "-id"], name="notifications_newest_notice")],
                "constraints": [models.UniqueConstraint(fields=("partner", "event"), name="one_notice_per_event")],
            },
        ),
        migrations.CreateModel(
            name="NoticesSeen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "membership",
                    core.partner_models.PartnerForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.membership"
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
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "membership"), name="one_seen_mark_per_member")
                ],
            },
        ),
        SecurePartnerTables(["Message", "MailPreference", "Notice", "NoticesSeen"]),
        run_sql_file(__file__, "questions_across_partners.sql"),
    ]
