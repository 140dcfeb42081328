from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("syncs", "0018_search_changes")]

    operations = [
        migrations.AddField(
            model_name="runtemplate",
            name="next_run",
            field=models.DateField(null=True),
        ),
    ]
