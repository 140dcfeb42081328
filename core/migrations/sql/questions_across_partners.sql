-- Asked by the operator's page: background work that breaks.
CREATE FUNCTION partner_breakdowns(shown_since timestamptz, at_most integer, skipped integer)
    RETURNS TABLE (name text, job text, since timestamptz, last_at timestamptz, times integer, error text, total bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT p.name::text, b.job::text, b.since, b.last_at, b.times, b.error::text, count(*) OVER ()
        FROM core_breakdown b JOIN accounts_partner p ON p.id = b.partner_id
        WHERE b.last_at >= shown_since ORDER BY b.last_at DESC, b.id LIMIT at_most OFFSET skipped
    $$;
