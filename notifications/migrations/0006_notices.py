import django.db.models.deletion
from django.db import migrations, models

import core.partner_models
import core.scope
from core.row_security import SecurePartnerTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_row_security"),
        ("notifications", "0005_mail_preferences"),
    ]

    operations = [
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
        SecurePartnerTables(["Notice", "NoticesSeen"]),
    ]
