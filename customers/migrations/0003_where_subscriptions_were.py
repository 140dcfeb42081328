from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_target_customer_read_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="since",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="stays",
            field=models.JSONField(null=True),
        ),
    ]
