from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("syncs", "0020_losses_by_line")]

    operations = [
        migrations.AddField(
            model_name="runtemplate",
            name="mapped",
            field=models.CharField(db_default="", max_length=24),
        ),
        migrations.AddField(
            model_name="runtemplate",
            name="put_off",
            field=models.CharField(db_default="", max_length=100),
        ),
    ]
