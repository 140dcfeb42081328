from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_secure_mapping_batches"),
    ]

    operations = [
        migrations.AddField(
            model_name="targetcustomer",
            name="read_at",
            field=models.DateTimeField(null=True),
        ),
    ]
