from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="sourceinvoice",
            name="compared_at",
            field=models.DateTimeField(null=True),
        ),
    ]
