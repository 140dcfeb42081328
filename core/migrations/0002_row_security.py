from django.db import migrations

from core.row_security import SecurePartnerTables


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        ("accounts", "0002_row_security"),
    ]

    operations = [
        SecurePartnerTables(["AuditEntry"], append_only=True),
    ]
