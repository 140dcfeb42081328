-- The few questions that are asked across partners. They run with the rights of the schema's owner
-- and answer with no more than what their callers need.
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
