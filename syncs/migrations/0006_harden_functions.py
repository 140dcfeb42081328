from django.db import migrations

from core.definer_functions import harden_functions, secure_contexts


class Migration(migrations.Migration):
    # Behind every migration that makes such a function.
    dependencies = [
        ("accounts", "0001_initial"),
        ("connections", "0004_copy_wanted"),
        ("core", "0002_installation_entries"),
        ("customers", "0001_initial"),
        ("invoices", "0001_initial"),
        ("notifications", "0002_account_mails"),
        ("pghistory", "0006_delete_aggregateevent"),
        ("products", "0001_initial"),
        ("syncs", "0005_line_by_age"),
    ]

    operations = [harden_functions(), secure_contexts()]
