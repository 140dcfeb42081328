from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invoices", "0011_fill_days")]

    operations = [
        migrations.AddField(
            model_name="charge",
            name="credit",
            field=models.CharField(blank=True, db_default="", default="", max_length=130),
        ),
    ]
