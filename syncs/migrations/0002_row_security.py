from django.db import migrations

from core.row_security import SecurePartnerTables

# Questions asked across partners by the scheduler and the janitor; ids only.
FUNCTIONS = """
CREATE FUNCTION due_programs(at_time timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, program_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT partner_id, id FROM programs_program
        WHERE enabled AND next_due_at <= at_time ORDER BY next_due_at, id LIMIT at_most
    $$;

CREATE FUNCTION stalled_runs(silent_since timestamptz, at_time timestamptz, at_most integer)
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

DROP_FUNCTIONS = """
DROP FUNCTION stalled_runs(timestamptz, timestamptz, integer);
DROP FUNCTION due_programs(timestamptz, integer);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("syncs", "0001_initial"),
        ("invoices", "0002_row_security"),
        ("programs", "0002_row_security"),
    ]

    operations = [
        SecurePartnerTables(["Run", "Change", "Line", "Posting", "Part", "Decision", "Finding"]),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
    ]
