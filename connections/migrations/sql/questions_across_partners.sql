-- Asked by the operator's page: who waits for a target, and which connections are in trouble.
CREATE FUNCTION target_requests(at_most integer, skipped integer)
    RETURNS TABLE (slug text, name text, system text, requested_by text, requested_at timestamptz, total bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT p.slug::text, p.name::text, c.system::text, COALESCE(u.email, '')::text, c.requested_at, count(*) OVER ()
        FROM connections_connection c
            JOIN accounts_partner p ON p.id = c.partner_id
            LEFT JOIN accounts_user u ON u.id = c.requested_by_id
        WHERE c.status = 'requested' ORDER BY c.requested_at, c.id LIMIT at_most OFFSET skipped
    $$;

CREATE FUNCTION troubled_connections(at_most integer, skipped integer)
    RETURNS TABLE (name text, system text, failing_since timestamptz, detail text, total bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT p.name::text, c.system::text, c.failing_since, c.problem_detail, count(*) OVER ()
        FROM connections_connection c JOIN accounts_partner p ON p.id = c.partner_id
        WHERE c.status = 'attention' ORDER BY c.failing_since, c.id LIMIT at_most OFFSET skipped
    $$;
