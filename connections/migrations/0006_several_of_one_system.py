from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is made while others write
    dependencies = [("connections", "0005_connection_names")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY one_connection_per_name "
                    "ON connections_connection (partner_id, system, name)",
                    "DROP INDEX IF EXISTS one_connection_per_name",
                ),
                migrations.RunSQL(
                    """ALTER TABLE connections_connection ADD CONSTRAINT one_connection_per_name
                    UNIQUE USING INDEX one_connection_per_name""",
                    "ALTER TABLE connections_connection DROP CONSTRAINT one_connection_per_name",
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="connection",
                    constraint=models.UniqueConstraint(
                        fields=("partner", "system", "name"), name="one_connection_per_name"
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(model_name="connection", name="one_connection_per_system"),
    ]
