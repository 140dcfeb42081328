import django.db.models.deletion
from django.db import migrations

import core.partner_models

FILL = [
    "UPDATE syncs_line SET program_id = program_of_line(syncs_line) WHERE program_id IS NULL",
    """UPDATE syncs_change SET program_id = run.program_id FROM syncs_run run
    WHERE run.partner_id = syncs_change.partner_id AND run.id = syncs_change.run_id
      AND syncs_change.program_id IS NULL""",
]


class Migration(migrations.Migration):
    dependencies = [("syncs", "0024_program_of_lines")]

    operations = [
        *(migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in FILL),
        # From here on no row lacks it; the column says so itself once the version before is gone.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="line",
                    name="program",
                    field=core.partner_models.PartnerForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="programs.program",
                    ),
                ),
                migrations.AlterField(
                    model_name="change",
                    name="program",
                    field=core.partner_models.PartnerForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="programs.program",
                    ),
                ),
            ],
        ),
    ]
