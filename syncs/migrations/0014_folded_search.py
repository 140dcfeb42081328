from django.db import migrations

from core.search_migrations import fold_search


class Migration(migrations.Migration):
    atomic = False  # others write meanwhile

    dependencies = [("core", "0009_folded_search"), ("syncs", "0013_changes_held_by_mark")]

    operations = [
        fold_search("matching_changes", "syncs_change", ["what"], within="run_id"),
    ]
