from django.db import migrations, models

BEFORE = """
DROP FUNCTION runs_to_hand_over(timestamptz, timestamptz, integer);

CREATE OR REPLACE FUNCTION stalled_runs(silent_since timestamptz, at_time timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, run_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT partner_id, id FROM syncs_run
        WHERE state IN ('queued', 'reading', 'planning', 'applying', 'settling', 'verifying')
          AND ((COALESCE(heartbeat_at, created_at) < silent_since AND (resume_at IS NULL OR resume_at <= at_time))
               OR COALESCE(heartbeat_at, created_at) > at_time + (at_time - silent_since))
        ORDER BY id LIMIT at_most
    $$;
"""

# Whose run waits for another one is not stalled: its end wakes it. Every partner comes up once before one does
# twice, and who has been silent longest comes first.
#
# To hand over: stalled, and its message was not sent a moment ago. A message that nobody received may be lost, or the
# queue may be long. So the next copy is sent once the run has waited for as long again, at the latest after 10 minutes.
# An instant further ahead than the patience was written before the clock was set back, and says nothing.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION stalled_runs(silent_since timestamptz, at_time timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, run_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT run.partner_id, run.id FROM syncs_run AS run
        WHERE run.state IN ('queued', 'reading', 'planning', 'applying', 'settling', 'verifying')
          AND ((COALESCE(run.heartbeat_at, run.created_at) < silent_since
                AND (run.resume_at IS NULL OR run.resume_at <= at_time))
               OR COALESCE(run.heartbeat_at, run.created_at) > at_time + (at_time - silent_since))
          AND NOT EXISTS (
              SELECT FROM syncs_run AS first
              WHERE first.id = run.after_id
                AND first.state IN ('queued', 'reading', 'planning', 'applying', 'settling', 'verifying'))
        ORDER BY row_number() OVER (PARTITION BY run.partner_id ORDER BY COALESCE(run.heartbeat_at, run.created_at)),
                 COALESCE(run.heartbeat_at, run.created_at), run.id
        LIMIT at_most
    $$;

CREATE FUNCTION runs_to_hand_over(silent_since timestamptz, at_time timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, run_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        WITH stalled AS (
            SELECT found.partner_id, found.run_id, at_time - silent_since AS patience,
                   GREATEST(COALESCE(run.heartbeat_at, run.created_at), run.resume_at) AS since,
                   run.enqueued_at AS sent
            FROM stalled_runs(silent_since, at_time, 2147483647) AS found
            JOIN syncs_run AS run ON run.id = found.run_id
        ), known AS (
            SELECT stalled.partner_id, stalled.run_id, patience,
                   CASE WHEN since <= at_time + patience THEN since END AS since,
                   CASE WHEN sent <= at_time + patience THEN sent END AS sent
            FROM stalled
        )
        SELECT known.partner_id, known.run_id FROM known
        WHERE sent IS NULL
           OR sent < at_time - GREATEST(patience, LEAST(COALESCE(sent - since, patience), interval '10 minutes'))
        ORDER BY row_number() OVER (PARTITION BY known.partner_id ORDER BY GREATEST(since, sent) NULLS FIRST, known.run_id),
                 GREATEST(since, sent) NULLS FIRST, known.run_id
        LIMIT at_most
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [("syncs", "0015_partner_figures")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="ticket",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="enqueued_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="lost_writes",
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
        migrations.RunSQL(FUNCTIONS, BEFORE),
    ]
