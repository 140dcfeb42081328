from django.db import migrations

from core.search_migrations import make_search


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("products", "0005_detached"), ("core", "0003_trigrams")]

    operations = [
        make_search("matching_target_products", "products_targetproduct", ["name", "code"], live=True),
    ]
