from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the table may be full: the index is made while others write
    dependencies = [("syncs", "0004_line_of_a_partner")]

    operations = [
        AddIndexConcurrently(
            model_name="run",
            index=models.Index(
                fields=["partner", "in_line_since"],
                condition=models.Q(in_line_since__isnull=False),
                name="syncs_run_in_line",
            ),
        ),
    ]
