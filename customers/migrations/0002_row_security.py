from django.db import migrations

from core.row_security import SecurePartnerTables


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_initial"),
        ("connections", "0002_row_security"),
        ("programs", "0002_row_security"),
    ]

    operations = [
        SecurePartnerTables(["Customer", "Subscription", "TargetCustomer", "Template", "Mapping"]),
        SecurePartnerTables(["MappingEvent"], append_only=True),
    ]
