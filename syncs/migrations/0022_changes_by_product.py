import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import core.partner_models
from core.search_migrations import search_by_place


class Migration(migrations.Migration):
    atomic = False  # the table may be full: the index is made while others write
    dependencies = [("core", "0006_numbers_in_gin"), ("syncs", "0021_mappings_of_a_visit")]

    operations = [
        AddIndexConcurrently(
            model_name="change",
            index=models.Index(fields=["partner", "run", "product"], name="changes_by_product"),
        ),
        migrations.AlterField(  # other indexes begin with partner and run
            model_name="change",
            name="run",
            field=core.partner_models.PartnerForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="syncs.run",
            ),
        ),
        search_by_place("syncs_change", ["what"], "run_id"),
    ]
