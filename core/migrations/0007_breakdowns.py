import django.db.models.deletion
from django.db import migrations, models

import core.scope
from core.row_security import SecurePartnerTables

JOBS = [
    ("dispatch", "Start the daily sync"),
    ("sweep", "Hand a run over after its worker died"),
    ("remind", "Remind of broken connections"),
]

# Asked across partners by the operator's page: background work that breaks.
FUNCTION = """
CREATE FUNCTION partner_breakdowns(shown_since timestamptz, at_most integer, skipped integer)
    RETURNS TABLE (name text, job text, since timestamptz, last_at timestamptz, times integer, error text, total bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT p.name::text, b.job::text, b.since, b.last_at, b.times, b.error::text, count(*) OVER ()
        FROM core_breakdown b JOIN accounts_partner p ON p.id = b.partner_id
        WHERE b.last_at >= shown_since ORDER BY b.last_at DESC, b.id LIMIT at_most OFFSET skipped
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_row_security"), ("core", "0006_numbers_in_gin")]

    operations = [
        migrations.CreateModel(
            name="Breakdown",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("job", models.CharField(choices=JOBS, max_length=8)),
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
        SecurePartnerTables(["Breakdown"]),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION partner_breakdowns(timestamptz, integer, integer)"),
    ]
