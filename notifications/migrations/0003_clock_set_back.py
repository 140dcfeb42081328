from django.db import migrations

BEFORE = """
CREATE OR REPLACE FUNCTION due_messages(at_time timestamptz, stuck_since timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, message_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT partner_id, id FROM notifications_message
        WHERE (state = 'due' AND not_before <= at_time)
           OR (state = 'sending' AND claimed_at < stuck_since)
        ORDER BY not_before, id LIMIT at_most
    $$;
"""

# An instant further ahead than any wait lasts was written before the clock was set back.
FUNCTION = """
CREATE OR REPLACE FUNCTION due_messages(at_time timestamptz, stuck_since timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, message_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT partner_id, id FROM notifications_message
        WHERE (state = 'due' AND (not_before <= at_time OR not_before > at_time + interval '12 hours'))
           OR (state = 'sending'
               AND (claimed_at < stuck_since OR claimed_at > at_time + (at_time - stuck_since)))
        ORDER BY not_before, id LIMIT at_most
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_row_security")]

    operations = [migrations.RunSQL(FUNCTION, BEFORE)]
