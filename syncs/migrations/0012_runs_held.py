from django.db import migrations

from core.definer_functions import harden_functions

# Asked by the operator's page and by command: of the runs that sessions hold, those without a heartbeat since. The keys
# are those of the locks, see syncs.running.lock.
RUNS_HELD = """
CREATE FUNCTION runs_held(silent_since timestamptz, keys bigint[])
    RETURNS TABLE (partner_id bigint, slug text, name text, run_id bigint, kind text, state text, heard_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
        SELECT p.id, p.slug::text, p.name::text, run.id, run.kind::text, run.state::text,
               COALESCE(run.heartbeat_at, run.started_at, run.created_at)
        FROM syncs_run AS run JOIN accounts_partner p ON p.id = run.partner_id
        WHERE run.state IN ('queued', 'reading', 'planning', 'applying', 'settling', 'verifying')
          AND run.id % 2147483648 = ANY (keys)
          AND COALESCE(run.heartbeat_at, run.started_at, run.created_at) < silent_since
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [("syncs", "0011_month_accounts")]

    operations = [
        migrations.RunSQL(RUNS_HELD, "DROP FUNCTION runs_held(timestamptz, bigint[])"),
        harden_functions(),
    ]
