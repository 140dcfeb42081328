from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invoices", "0009_charges_by_product")]

    operations = [
        migrations.AddField(model_name="charge", name="first_day", field=models.DateField(null=True)),
        migrations.AddField(model_name="charge", name="last_day", field=models.DateField(null=True)),
        migrations.AddField(
            model_name="charge",
            name="motion_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("usage", "marked as usage"),
                    ("words", "the row's own words"),
                    ("once", "the row says one-time"),
                    ("one_day", "a single day"),
                    ("earlier", "an earlier charge of these days"),
                    ("length", "its length"),
                    ("history", "earlier invoices"),
                    ("today", "the source's list of today"),
                ],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="set_aside",
            field=models.CharField(
                blank=True,
                choices=[("held", "Charged twice?"), ("excluded", "Not counted")],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="sourceinvoice",
            name="repriced_rows",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="sourceinvoice",
            name="state",
            field=models.CharField(
                choices=[
                    ("counted", "Counted"),
                    ("held", "Held: overlaps an imported invoice"),
                    ("replaced", "Replaced by another invoice"),
                    ("reversed", "Cancelled: an invoice and its exact reversal"),
                ],
                default="counted",
                max_length=8,
            ),
        ),
    ]
