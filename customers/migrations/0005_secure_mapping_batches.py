from django.db import migrations

from core.row_security import SecurePartnerTables


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_mapping_batches")]

    operations = [SecurePartnerTables(["MappingBatch"])]
