from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("core", "0008_audit_about")]

    operations = [
        AddIndexConcurrently(
            "auditentry",
            models.Index(
                condition=models.Q(("about_id__isnull", False)),
                fields=["partner", "about", "about_id", "-at"],
                name="audit_by_record",
            ),
        ),
    ]
