from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("syncs", "0012_runs_held")]

    operations = [
        AddIndexConcurrently(
            model_name="change",
            index=models.Index(
                fields=["partner", "program", "mark"],
                condition=models.Q(state="held"),
                name="changes_held_by_mark",
            ),
        ),
    ]
