import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.scope
from core.row_security import SecurePartnerTables
from core.search_migrations import make_search
from core.sql_migrations import run_sql_file


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Both come with PostgreSQL and are trusted: the owner of the database may make them.
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS btree_gin"),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("actor_name", models.CharField(max_length=254)),
                ("action", models.CharField(max_length=60)),
                ("text", models.TextField()),
                (
                    "about",
                    models.CharField(
                        blank=True,
                        choices=[("customer", "Customer"), ("connection", "Connection")],
                        db_default="",
                        max_length=10,
                    ),
                ),
                ("about_id", models.BigIntegerField(null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "verbose_name_plural": "audit entries",
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(fields=["partner", "-at", "-id"], name="core_audite_partner_newest"),
                    models.Index(fields=["partner", "action", "-at"], name="core_audite_by_action"),
                    models.Index(fields=["partner", "actor_name", "-at"], name="audit_by_person"),
                    models.Index(
                        condition=models.Q(("about_id__isnull", False)),
                        fields=["partner", "about", "about_id", "-at"],
                        name="audit_by_record",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Breakdown",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "job",
                    models.CharField(
                        choices=[
                            ("dispatch", "Start the daily sync"),
                            ("sweep", "Hand a run over after its worker died"),
                            ("remind", "Remind of broken connections"),
                        ],
                        max_length=8,
                    ),
                ),
                ("row", models.BigIntegerField()),
                ("since", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("times", models.PositiveIntegerField(default=1)),
                ("error", models.CharField(max_length=80)),
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
                    models.UniqueConstraint(fields=("partner", "job", "row"), name="one_breakdown_of_a_row")
                ],
            },
        ),
        SecurePartnerTables(["AuditEntry"], append_only=True),
        SecurePartnerTables(["Breakdown"]),
        make_search("matching_audit", "core_auditentry", ["actor_name", "text"]),
        run_sql_file(__file__, "questions_across_partners.sql"),
    ]
