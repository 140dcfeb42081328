import django.db.models.deletion
from django.db import migrations, models

import core.partner_models
import core.scope
from core.row_security import SecurePartnerTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_row_security"),
        ("notifications", "0004_unsent_messages"),
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
        SecurePartnerTables(["MailPreference"]),
    ]
