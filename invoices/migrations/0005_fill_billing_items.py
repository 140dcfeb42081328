"""A transaction of its own: PostgreSQL alters no table whose rows still wait for their foreign keys to be checked."""

from django.db import migrations

# What an installation already has; the owner of the schema sees all partners.
COUNT = """
UPDATE invoices_sourceinvoice invoice SET charged_cost = sums.cost, charged_retail = sums.retail
FROM (SELECT invoice_id, sum(cost) AS cost, sum(retail) AS retail FROM invoices_charge GROUP BY invoice_id) sums
WHERE sums.invoice_id = invoice.id;

INSERT INTO invoices_billingitem (partner_id, source_id, program_slug, customer_id, motion, month, cost, retail)
SELECT DISTINCT ON (invoice.source_id, invoice.program_slug, charge.customer_id, charge.motion)
    invoice.partner_id, invoice.source_id, invoice.program_slug, charge.customer_id, charge.motion,
    invoice.month, sum(charge.cost), sum(charge.retail)
FROM invoices_charge charge JOIN invoices_sourceinvoice invoice ON invoice.id = charge.invoice_id
WHERE charge.customer_id IS NOT NULL AND charge.motion <> '' AND charge.kind <> 'unknown' AND invoice.state = 'counted'
GROUP BY invoice.partner_id, invoice.source_id, invoice.program_slug, charge.customer_id, charge.motion, invoice.month
ORDER BY invoice.source_id, invoice.program_slug, charge.customer_id, charge.motion, invoice.month DESC
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0004_billing_items")]

    operations = [migrations.RunSQL(COUNT, migrations.RunSQL.noop)]
