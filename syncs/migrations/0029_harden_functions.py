from django.db import migrations

from core.definer_functions import harden_functions, secure_contexts


class Migration(migrations.Migration):
    # Behind every migration that makes such a function.
    dependencies = [
        ("accounts", "0003_prove_stored_addresses"),
        ("connections", "0008_copy_wanted"),
        ("core", "0009_audit_by_record"),
        ("customers", "0005_secure_mapping_batches"),
        ("invoices", "0013_name_credits"),
        ("notifications", "0006_notices"),
        ("pghistory", "0006_delete_aggregateevent"),
        ("products", "0006_search_target_products"),
        ("syncs", "0028_line_by_age"),
    ]

    operations = [harden_functions(), secure_contexts()]
