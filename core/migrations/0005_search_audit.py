from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from core.search_migrations import make_search


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("core", "0004_audit_by_action")]

    operations = [
        make_search("matching_audit", "core_auditentry", ["actor_name", "text"], live=True),
        AddIndexConcurrently(
            "auditentry", models.Index(fields=["partner", "actor_name", "-at"], name="audit_by_person")
        ),
    ]
