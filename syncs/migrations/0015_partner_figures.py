from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# Asked across partners by the operator's page: a page of partners with counts, those with failed runs first.
FUNCTION = """
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
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("syncs", "0014_finding_seen"),
        ("accounts", "0002_row_security"),
        ("connections", "0002_row_security"),
        ("customers", "0005_secure_mapping_batches"),
    ]

    operations = [
        AddIndexConcurrently(
            "run",
            models.Index(fields=["finished_at"], condition=models.Q(status="error"), name="syncs_run_failures"),
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION partner_figures(text, timestamptz, integer, integer)"),
    ]
