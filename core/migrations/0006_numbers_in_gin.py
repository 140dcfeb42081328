from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0005_search_audit")]

    operations = [
        # Comes with PostgreSQL and is trusted, as pg_trgm: the owner of the database may create it.
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS btree_gin", migrations.RunSQL.noop),
    ]
