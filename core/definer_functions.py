"""Migration operation that closes the functions which run with the rights of the schema's owner."""

from __future__ import annotations

from django.db import migrations

# Whoever may make temporary objects could put one before ours where pg_temp is not named last. Who may ask: the roles
# that may read the partners, which are made with the cluster and have no name that a migration knows.
HARDEN = """
DO $$
DECLARE found record; reader record;
BEGIN
    FOR found IN
        SELECT p.oid::regprocedure AS signature FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'public'
        WHERE p.prosecdef
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', found.signature);
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', found.signature);
        FOR reader IN
            SELECT DISTINCT r.rolname FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
            WHERE c.oid = 'public.accounts_partner'::regclass AND a.privilege_type = 'SELECT'
        LOOP
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', found.signature, reader.rolname);
        END LOOP;
    END LOOP;
END $$;
"""

# A request reads and writes the one row that says which request it is, and nobody else's.
OWN_CONTEXT = "id = NULLIF(current_setting('pghistory.context_id', true), '')::uuid"
SECURE_CONTEXTS = f"""
ALTER TABLE pghistory_context ENABLE ROW LEVEL SECURITY;
ALTER TABLE pghistory_context FORCE ROW LEVEL SECURITY;
CREATE POLICY own_context ON pghistory_context USING ({OWN_CONTEXT}) WITH CHECK ({OWN_CONTEXT});
"""
OPEN_CONTEXTS = """
DROP POLICY own_context ON pghistory_context;
ALTER TABLE pghistory_context NO FORCE ROW LEVEL SECURITY;
ALTER TABLE pghistory_context DISABLE ROW LEVEL SECURITY;
"""


def harden_functions() -> migrations.RunSQL:
    """For every SECURITY DEFINER function that there is: pg_temp comes last, and the login role alone may ask."""
    return migrations.RunSQL(HARDEN, migrations.RunSQL.noop)


def secure_contexts() -> migrations.RunSQL:
    """The policy of the table that says which request wrote a row of history."""
    return migrations.RunSQL(SECURE_CONTEXTS, OPEN_CONTEXTS)
