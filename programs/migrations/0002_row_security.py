from django.db import migrations

from core.row_security import SecurePartnerTables


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0001_initial"),
        ("connections", "0002_row_security"),
    ]

    operations = [
        SecurePartnerTables(["Program"]),
        SecurePartnerTables(["ProgramEvent"], append_only=True),
    ]
