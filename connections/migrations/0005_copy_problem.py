from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0004_copy_wanted"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="copy_problem",
            field=models.TextField(blank=True, db_default=""),
        ),
    ]
