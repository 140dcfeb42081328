from django.db import migrations

from core.row_security import SecurePartnerTables


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0001_initial"),
        ("customers", "0002_row_security"),
        ("products", "0002_row_security"),
    ]

    operations = [
        SecurePartnerTables(["SourceInvoice", "InvoiceOverlap", "Charge"]),
    ]
