from django.db import migrations

from core.definer_functions import harden_functions

# The one way by which a row of history goes: by age, and never within a year, whatever is asked for. The newest row of
# each object stays: it says who made it what it is. A context goes with the last row that points to it.
PRUNE_HISTORY = """
CREATE FUNCTION prune_history(before timestamptz, at_most integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    DECLARE
        floor timestamptz := LEAST(before, now() - interval '365 days');
        events text; gone bigint; total bigint := 0;
    BEGIN
        FOREACH events IN ARRAY ARRAY['connections_connectionevent', 'customers_mappingevent', 'programs_programevent']
        LOOP
            EXECUTE format(
                'DELETE FROM %1$I WHERE pgh_id IN (
                    SELECT e.pgh_id FROM %1$I e WHERE e.pgh_created_at < $1
                        AND EXISTS (SELECT FROM %1$I n WHERE n.pgh_obj_id = e.pgh_obj_id
                            AND (n.pgh_created_at, n.pgh_id) > (e.pgh_created_at, e.pgh_id))
                    ORDER BY e.pgh_id LIMIT $2)', events) USING floor, at_most;
            GET DIAGNOSTICS gone = ROW_COUNT;
            total := total + gone;
        END LOOP;
        DELETE FROM pghistory_context WHERE id IN (
            SELECT c.id FROM pghistory_context c WHERE c.created_at < floor
                AND NOT EXISTS (SELECT FROM connections_connectionevent e WHERE e.pgh_context_id = c.id)
                AND NOT EXISTS (SELECT FROM customers_mappingevent e WHERE e.pgh_context_id = c.id)
                AND NOT EXISTS (SELECT FROM programs_programevent e WHERE e.pgh_context_id = c.id)
            LIMIT at_most);
        GET DIAGNOSTICS gone = ROW_COUNT;
        RETURN total + gone;
    END
    $$;
"""


class Migration(migrations.Migration):
    # Behind what makes the tables, and the roles that may read them.
    dependencies = [("core", "0007_prune_audit"), ("syncs", "0006_harden_functions")]

    operations = [
        migrations.RunSQL(PRUNE_HISTORY, "DROP FUNCTION prune_history(timestamptz, integer)"),
        harden_functions(),
    ]
