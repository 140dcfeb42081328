from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0005_several_on_one_target"),
    ]

    operations = [
        migrations.AddField(
            model_name="program",
            name="ledger_as_of",
            field=models.DateTimeField(null=True),
        ),
    ]
