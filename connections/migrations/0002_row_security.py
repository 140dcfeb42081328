from django.db import migrations

from core.row_security import SecurePartnerTables


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0001_initial"),
        ("accounts", "0002_row_security"),
    ]

    operations = [
        SecurePartnerTables(["Connection", "Secret"]),
        SecurePartnerTables(["ConnectionEvent"], append_only=True),
    ]
