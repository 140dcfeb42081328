from django.db import migrations

BEFORE = """
CREATE OR REPLACE FUNCTION due_programs(at_time timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, program_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT partner_id, id FROM programs_program
        WHERE enabled AND next_due_at <= at_time ORDER BY next_due_at, id LIMIT at_most
    $$;

CREATE OR REPLACE FUNCTION stalled_runs(silent_since timestamptz, at_time timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, run_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT partner_id, id FROM syncs_run
        WHERE state IN ('queued', 'reading', 'planning', 'applying', 'settling', 'verifying')
          AND COALESCE(heartbeat_at, created_at) < silent_since
          AND (resume_at IS NULL OR resume_at <= at_time)
        ORDER BY id LIMIT at_most
    $$;
"""

# A heartbeat, or a daily time, further ahead than it can be was written before the clock was set back.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION due_programs(at_time timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, program_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT partner_id, id FROM programs_program
        WHERE enabled AND (next_due_at <= at_time OR next_due_at > at_time + interval '2 days')
        ORDER BY next_due_at, id LIMIT at_most
    $$;

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


class Migration(migrations.Migration):
    dependencies = [("syncs", "0011_changes_in_order")]

    operations = [migrations.RunSQL(FUNCTIONS, BEFORE)]
