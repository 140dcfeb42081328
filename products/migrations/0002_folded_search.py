from django.db import migrations

from core.search_migrations import fold_search


class Migration(migrations.Migration):
    atomic = False  # others write meanwhile

    dependencies = [("core", "0009_folded_search"), ("products", "0001_initial")]

    operations = [
        fold_search("matching_products", "products_product", ["name", "sku", "product_id"]),
        fold_search("matching_target_products", "products_targetproduct", ["name", "code"]),
    ]
