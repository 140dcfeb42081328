from django.db import migrations

from core.search_migrations import make_search


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_row_security"), ("core", "0003_trigrams")]

    operations = [
        make_search("matching_customers", "customers_customer", ["name", "domain", "external_id"]),
        make_search("matching_target_customers", "customers_targetcustomer", ["name", "email"]),
    ]
