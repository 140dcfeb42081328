from django.db import migrations

from core.row_security import SecurePartnerTables

# Asked across partners by the delivery task; ids only.
FUNCTIONS = """
CREATE FUNCTION due_messages(at_time timestamptz, stuck_since timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, message_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT partner_id, id FROM notifications_message
        WHERE (state = 'due' AND not_before <= at_time)
           OR (state = 'sending' AND claimed_at < stuck_since)
        ORDER BY not_before, id LIMIT at_most
    $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION due_messages(timestamptz, timestamptz, integer);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
        ("accounts", "0002_row_security"),
    ]

    operations = [
        SecurePartnerTables(["Message"]),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
    ]
