from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# Asked across partners by the operator's page: numbers only.
FUNCTION = """
CREATE FUNCTION unsent_messages(OUT waiting bigint, OUT oldest timestamptz, OUT given_up bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT count(*) FILTER (WHERE state <> 'failed'), min(created_at) FILTER (WHERE state <> 'failed'),
            count(*) FILTER (WHERE state = 'failed')
        FROM notifications_message WHERE state <> 'sent'
    $$;
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0003_clock_set_back")]

    operations = [
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["state", "not_before"], condition=~models.Q(state="sent"), name="notifications_not_sent"
            ),
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION unsent_messages()"),
    ]
