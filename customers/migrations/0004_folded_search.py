from django.db import migrations

from core.search_migrations import fold_search


class Migration(migrations.Migration):
    atomic = False  # others write meanwhile

    dependencies = [("core", "0009_folded_search"), ("customers", "0003_where_subscriptions_were")]

    operations = [
        fold_search("matching_customers", "customers_customer", ["name", "domain", "external_id"]),
        fold_search("matching_target_customers", "customers_targetcustomer", ["name", "email"]),
    ]
