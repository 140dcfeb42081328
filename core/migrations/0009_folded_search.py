from django.db import migrations

from core.search_migrations import fold_search, make_folding


class Migration(migrations.Migration):
    atomic = False  # others write meanwhile

    dependencies = [("core", "0008_prune_history")]

    operations = [
        *make_folding(),
        fold_search("matching_audit", "core_auditentry", ["actor_name", "text"]),
    ]
