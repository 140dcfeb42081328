from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is made while others write
    dependencies = [("programs", "0004_own_time_zone")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY one_program_per_route "
                    "ON programs_program (partner_id, slug, source_id, target_id)",
                    "DROP INDEX IF EXISTS one_program_per_route",
                ),
                migrations.RunSQL(
                    """ALTER TABLE programs_program ADD CONSTRAINT one_program_per_route
                    UNIQUE USING INDEX one_program_per_route""",
                    "ALTER TABLE programs_program DROP CONSTRAINT one_program_per_route",
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="program",
                    constraint=models.UniqueConstraint(
                        fields=("partner", "slug", "source", "target"), name="one_program_per_route"
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(model_name="program", name="one_program_per_target"),
    ]
