from django.db import migrations

from core.definer_functions import harden_functions

# The one way by which an entry of an audit goes: by age, and never within a year, whatever is asked for.
PRUNE_AUDIT = """
CREATE FUNCTION prune_audit(before timestamptz, at_most integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    DECLARE
        floor timestamptz := LEAST(before, now() - interval '365 days');
        gone bigint; more bigint;
    BEGIN
        DELETE FROM core_auditentry WHERE id IN (
            SELECT id FROM core_auditentry WHERE at < floor ORDER BY id LIMIT at_most);
        GET DIAGNOSTICS gone = ROW_COUNT;
        DELETE FROM core_installationentry WHERE id IN (
            SELECT id FROM core_installationentry WHERE at < floor ORDER BY id LIMIT at_most);
        GET DIAGNOSTICS more = ROW_COUNT;
        RETURN gone + more;
    END
    $$;
"""


class Migration(migrations.Migration):
    # Behind what makes the tables, and the roles that may read them.
    dependencies = [("core", "0006_about_more"), ("syncs", "0006_harden_functions")]

    operations = [
        migrations.RunSQL(PRUNE_AUDIT, "DROP FUNCTION prune_audit(timestamptz, integer)"),
        harden_functions(),
    ]
