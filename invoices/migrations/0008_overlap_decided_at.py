from django.db import migrations, models

# What an installation already has, by the words of the audit log; the owner of the schema sees all partners.
FILL = """
UPDATE invoices_sourceinvoice invoice SET overlap_decided_at = told.at
FROM (SELECT partner_id, text, max(at) AS at FROM core_auditentry WHERE action = 'invoice.decided'
      GROUP BY partner_id, text) told
WHERE invoice.overlap_choice <> '' AND told.partner_id = invoice.partner_id
  AND told.text = 'Invoice ' || invoice.number || ' ' || invoice.overlap_choice || ' ' || COALESCE(
    (SELECT string_agg(other.number, ', ' ORDER BY other.month, other.number)
     FROM invoices_invoiceoverlap overlap JOIN invoices_sourceinvoice other ON other.id = overlap.other_id
     WHERE overlap.held_id = invoice.id), '');
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0005_search_audit"), ("invoices", "0007_search_charges")]

    operations = [
        migrations.AddField(
            model_name="sourceinvoice",
            name="overlap_decided_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
