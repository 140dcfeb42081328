from django.db import migrations

from core.row_security import SecurePartnerTables

PARTNER_POLICY = """
ALTER TABLE accounts_partner ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_partner FORCE ROW LEVEL SECURITY;
CREATE POLICY partner_rows ON accounts_partner
    USING (id = NULLIF(current_setting('app.partner_id', true), '')::bigint)
    WITH CHECK (id = NULLIF(current_setting('app.partner_id', true), '')::bigint);
"""

# The few questions that are asked across partners. They run with the rights of the schema's owner
# and answer with no more than what their callers need.
FUNCTIONS = """
CREATE FUNCTION find_partner(wanted_slug text) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT id FROM accounts_partner WHERE slug = wanted_slug $$;

CREATE FUNCTION find_memberships(wanted_user bigint)
    RETURNS TABLE (partner_id bigint, slug text, name text, role text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT p.id, p.slug::text, p.name::text, m.role::text
        FROM accounts_membership m JOIN accounts_partner p ON p.id = m.partner_id
        WHERE m.user_id = wanted_user ORDER BY p.name, p.id
    $$;

CREATE FUNCTION find_invitation(wanted_hash text) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT partner_id FROM accounts_invitation WHERE token_hash = wanted_hash $$;

CREATE FUNCTION list_partners() RETURNS TABLE (partner_id bigint, slug text, name text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT id, slug::text, name::text FROM accounts_partner ORDER BY name, id $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION list_partners(); DROP FUNCTION find_invitation(text);
DROP FUNCTION find_memberships(bigint); DROP FUNCTION find_partner(text);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        SecurePartnerTables(["Membership", "Invitation"]),
        migrations.RunSQL(PARTNER_POLICY, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
    ]
