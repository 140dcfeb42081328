from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="program",
            name="ledger_as_of",
            field=models.DateTimeField(null=True),
        ),
    ]
