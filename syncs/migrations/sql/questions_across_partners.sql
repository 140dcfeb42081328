-- Asked by the scheduler; ids only. A daily time further ahead than it can be was written before the
-- clock was set back.
CREATE FUNCTION due_programs(at_time timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, program_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT partner_id, id FROM programs_program
        WHERE enabled AND (next_due_at <= at_time OR next_due_at > at_time + interval '2 days')
        ORDER BY next_due_at, id LIMIT at_most
    $$;

-- Asked by the janitor; ids only. Whose run waits for another one is not stalled: its end wakes it. Every
-- partner comes up once before one does twice, and who has been silent longest comes first. A heartbeat
-- further ahead than it can be was written before the clock was set back.
CREATE FUNCTION stalled_runs(silent_since timestamptz, at_time timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, run_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT run.partner_id, run.id FROM syncs_run AS run
        WHERE run.state IN ('queued', 'reading', 'planning', 'applying', 'settling', 'verifying')
          AND ((COALESCE(run.heartbeat_at, run.created_at) < silent_since
                AND (run.resume_at IS NULL OR run.resume_at <= at_time))
               OR COALESCE(run.heartbeat_at, run.created_at) > at_time + (at_time - silent_since))
          AND NOT EXISTS (
              SELECT FROM syncs_run AS first
              WHERE first.id = run.after_id
                AND first.state IN ('queued', 'reading', 'planning', 'applying', 'settling', 'verifying'))
        ORDER BY row_number() OVER (PARTITION BY run.partner_id ORDER BY COALESCE(run.heartbeat_at, run.created_at)),
                 COALESCE(run.heartbeat_at, run.created_at), run.id
        LIMIT at_most
    $$;

-- To hand over: stalled, and its message was not sent a moment ago. A message that nobody received may be
-- lost, or the queue may be long. So the next copy is sent once the run has waited for as long again, at
-- the latest after 10 minutes. An instant further ahead than the patience was written before the clock was
-- set back, and says nothing.
CREATE FUNCTION runs_to_hand_over(silent_since timestamptz, at_time timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, run_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        WITH stalled AS (
            SELECT found.partner_id, found.run_id, at_time - silent_since AS patience,
                   GREATEST(COALESCE(run.heartbeat_at, run.created_at), run.resume_at) AS since,
                   run.enqueued_at AS sent
            FROM stalled_runs(silent_since, at_time, 2147483647) AS found
            JOIN syncs_run AS run ON run.id = found.run_id
        ), known AS (
            SELECT stalled.partner_id, stalled.run_id, patience,
                   CASE WHEN since <= at_time + patience THEN since END AS since,
                   CASE WHEN sent <= at_time + patience THEN sent END AS sent
            FROM stalled
        )
        SELECT known.partner_id, known.run_id FROM known
        WHERE sent IS NULL
           OR sent < at_time - GREATEST(patience, LEAST(COALESCE(sent - since, patience), interval '10 minutes'))
        ORDER BY row_number() OVER (PARTITION BY known.partner_id ORDER BY GREATEST(since, sent) NULLS FIRST, known.run_id),
                 GREATEST(since, sent) NULLS FIRST, known.run_id
        LIMIT at_most
    $$;

-- Asked by the operator's page: a page of partners with counts, those with failed runs first.
CREATE FUNCTION partner_figures(words text, since timestamptz, at_most integer, skipped integer)
    RETURNS TABLE (slug text, name text, users bigint, customers bigint, mappings bigint, mappings_on bigint,
        failed bigint, running bigint, last_success timestamptz, troubled bigint, total bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        WITH failures AS (
            SELECT partner_id, count(*) AS failed FROM syncs_run
            WHERE status = 'error' AND NOT preview AND finished_at >= since GROUP BY partner_id
        ), page AS (
            SELECT p.id, p.slug, p.name, COALESCE(f.failed, 0) AS failed, count(*) OVER () AS total
            FROM accounts_partner p LEFT JOIN failures f ON f.partner_id = p.id
            WHERE words = '' OR strpos(lower(p.name), lower(words)) > 0 OR strpos(p.slug, lower(words)) > 0
            ORDER BY COALESCE(f.failed, 0) DESC, p.name, p.id LIMIT at_most OFFSET skipped
        )
        SELECT page.slug::text, page.name::text,
            (SELECT count(*) FROM accounts_membership m WHERE m.partner_id = page.id),
            (SELECT count(*) FROM customers_customer c WHERE c.partner_id = page.id),
            (SELECT count(*) FROM customers_mapping m WHERE m.partner_id = page.id),
            (SELECT count(*) FROM customers_mapping m WHERE m.partner_id = page.id AND m.sync_on),
            page.failed,
            (SELECT count(*) FROM syncs_run r WHERE r.partner_id = page.id
                AND r.state IN ('queued', 'reading', 'planning', 'applying', 'settling', 'verifying')),
            (SELECT max(r.finished_at) FROM syncs_run r WHERE r.partner_id = page.id
                AND r.state = 'finished' AND r.status <> 'error' AND NOT r.preview),
            (SELECT count(*) FROM connections_connection c WHERE c.partner_id = page.id AND c.status = 'attention'),
            page.total
        FROM page ORDER BY page.failed DESC, page.name, page.id
    $$;
