"""A transaction of its own: PostgreSQL alters no table whose rows it has just changed."""

from django.db import migrations

# The names by which credits have been known so far, so that their marks keep their meaning: the invoice's number, and
# where an earlier invoice of that number credits the same, our own number too.
NAME = """
UPDATE invoices_charge charge
SET credit = invoice.number || CASE WHEN EXISTS (
        SELECT FROM invoices_charge other JOIN invoices_sourceinvoice before ON before.id = other.invoice_id
        WHERE other.partner_id = charge.partner_id AND other.subscription_id = charge.subscription_id
          AND other.motion = charge.motion AND other.period = charge.period AND other.kind = 'credit'
          AND before.number = invoice.number AND before.id < invoice.id
    ) THEN '#' || invoice.id ELSE '' END
FROM invoices_sourceinvoice invoice
WHERE invoice.id = charge.invoice_id AND charge.kind = 'credit' AND charge.credit = '';
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0012_credits_of_groups")]

    operations = [migrations.RunSQL(NAME, migrations.RunSQL.noop)]
