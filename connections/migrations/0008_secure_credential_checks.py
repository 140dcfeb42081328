from django.db import migrations

from core.row_security import SecurePartnerTables


class Migration(migrations.Migration):
    dependencies = [("connections", "0007_credential_checks")]

    operations = [SecurePartnerTables(["CredentialCheck"])]
