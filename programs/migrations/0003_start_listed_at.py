from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0002_row_security"),
    ]

    operations = [
        migrations.AddField(
            model_name="program",
            name="start_listed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
