from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("syncs", "0006_harden_functions"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="headway",
            field=models.CharField(db_default="", max_length=24),
        ),
        migrations.AddField(
            model_name="run",
            name="turns",
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
    ]
