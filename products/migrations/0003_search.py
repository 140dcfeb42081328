from django.db import migrations

from core.search_migrations import make_search


class Migration(migrations.Migration):
    dependencies = [("products", "0002_row_security"), ("core", "0003_trigrams")]

    operations = [make_search("matching_products", "products_product", ["name", "sku", "product_id"])]
