from django.db import migrations

from core.search_migrations import make_search


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("syncs", "0017_decisions_together"), ("core", "0003_trigrams")]

    operations = [
        make_search("matching_changes", "syncs_change", ["what"], within="run_id", live=True),
    ]
