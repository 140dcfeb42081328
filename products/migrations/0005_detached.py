from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("products", "0004_link_to_copy")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="detached",
            field=models.BooleanField(default=False, db_default=False),
        ),
    ]
