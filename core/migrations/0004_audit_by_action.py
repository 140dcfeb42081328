from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("core", "0003_trigrams")]

    operations = [
        AddIndexConcurrently(
            "auditentry", models.Index(fields=["partner", "action", "-at"], name="core_audite_by_action")
        ),
    ]
