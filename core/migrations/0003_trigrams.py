from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_row_security")]

    operations = [
        # A trusted extension: the owner of the database may make it.
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["partner", "-at", "-id"], name="core_audite_partner_newest"),
        ),
    ]
