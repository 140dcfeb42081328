from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the table may be full: the index is made while others write
    dependencies = [("syncs", "0008_edited_lines_of_runs")]

    operations = [
        AddIndexConcurrently(
            model_name="billedrun",
            index=models.Index(
                condition=models.Q(("by_hand", 0), _negated=True),
                fields=["partner", "program"],
                name="runs_of_edited_lines",
            ),
        ),
    ]
