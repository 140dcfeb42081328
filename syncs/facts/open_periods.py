"""Which periods planning has to look at: not those that are billed, proven and unchanged.

The work is done by the database, so that a year of invoices costs planning no more than a month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection

from core.scope import scoped_partner_id, without_nested_loops
from programs.models import Program

PeriodKey = tuple[int, str, str]  # subscription, motion, period

# Periods of the mapped customers that are of the newest regular month or later, or were never planned, or are not
# settled, or whose charges are no longer those that they were planned from: with rows that were left out, as the
# mapping began later, where it begins earlier now.
_OPEN = """
WITH charged AS (
    SELECT c.subscription_id, c.motion, c.period, count(*) AS charges,
           sum(c.cost) AS cost, sum(c.retail) AS retail, max(i.month) AS month, min(m.first_month) AS first_month
    FROM customers_mapping m
    JOIN invoices_charge c
      ON c.partner_id = m.partner_id AND c.customer_id = m.customer_id AND c.motion = m.motion
    JOIN invoices_sourceinvoice i ON i.partner_id = c.partner_id AND i.id = c.invoice_id
    WHERE m.partner_id = %(partner)s AND m.id = ANY(%(mappings)s)
      AND c.partner_id = %(partner)s AND c.customer_id = ANY(%(customers)s)
      AND i.source_id = %(source)s AND i.program_slug = %(slug)s
      AND i.state = 'counted' AND NOT i.past AND i.month >= COALESCE(m.first_month, %(newest)s)
      AND c.kind <> 'unknown' AND c.set_aside = '' AND c.subscription_id IS NOT NULL
    GROUP BY c.subscription_id, c.motion, c.period
)
SELECT charged.subscription_id, charged.motion, charged.period
FROM charged LEFT JOIN syncs_posting p
  ON p.partner_id = %(partner)s AND p.program_id = %(program)s
 AND p.subscription_id = charged.subscription_id AND p.motion = charged.motion
 AND p.period = charged.period
WHERE charged.month >= %(newest)s OR p.id IS NULL OR p.since > charged.first_month
   OR (p.charge_count, p.source_cost, p.source_retail)
      IS DISTINCT FROM (charged.charges, charged.cost, charged.retail)
   OR EXISTS (SELECT FROM syncs_part q WHERE q.partner_id = p.partner_id
              AND q.posting_id = p.id AND q.state NOT IN ('billed', 'excluded'))
"""

# Postings whose charges no longer count: their invoice was replaced or reversed. Whether any was is asked apart
# from the rows (its partner is a parameter), so that usually nothing else is looked at.
_WITHDRAWN = """
SELECT p.subscription_id, p.motion, p.period
FROM syncs_posting p
JOIN customers_mapping m
  ON m.partner_id = p.partner_id AND m.customer_id = p.customer_id AND m.motion = p.motion
 AND m.program_id = p.program_id
WHERE p.partner_id = %(partner)s AND p.program_id = %(program)s AND m.id = ANY(%(mappings)s)
  AND p.charge_count > 0
  AND EXISTS (SELECT FROM invoices_sourceinvoice i WHERE i.partner_id = %(partner)s
              AND i.source_id = %(source)s AND i.state IN ('replaced', 'reversed'))
  AND NOT EXISTS (
    SELECT FROM invoices_charge c
    JOIN invoices_sourceinvoice i ON i.partner_id = c.partner_id AND i.id = c.invoice_id
    WHERE c.partner_id = p.partner_id AND c.subscription_id = p.subscription_id
      AND c.motion = p.motion AND c.period = p.period AND i.state = 'counted' AND NOT i.past
  )
"""

# Postings with a credit that waited, and that has joined another one since: it counts there.
_EMPTIED = """
SELECT p.subscription_id, p.motion, p.period
FROM syncs_posting p
JOIN customers_mapping m
  ON m.partner_id = p.partner_id AND m.customer_id = p.customer_id AND m.motion = p.motion
 AND m.program_id = p.program_id
WHERE p.partner_id = %(partner)s AND p.program_id = %(program)s AND m.id = ANY(%(mappings)s)
  AND p.charge_count > 0
  AND EXISTS (SELECT FROM syncs_part q WHERE q.partner_id = p.partner_id AND q.posting_id = p.id
              AND q.role = 'credit' AND q.state = 'held')
  AND NOT EXISTS (
    SELECT FROM invoices_charge c
    WHERE c.partner_id = p.partner_id AND c.subscription_id = p.subscription_id
      AND c.motion = p.motion AND c.period = p.period
  )
"""


@without_nested_loops()
def find_open_periods(
    program: Program, mapped: Mapping[int, int], newest: str
) -> tuple[frozenset[PeriodKey], frozenset[PeriodKey]]:
    """Periods to plan, and posted ones whose charges were withdrawn. Inside the partner's scope.

    ``mapped``: the mappings, each with its customer.
    """
    values = {
        "partner": scoped_partner_id(),
        "program": program.pk,
        "source": program.source_id,
        "slug": program.slug,
        "mappings": list(mapped),
        "customers": list(mapped.values()),
        "newest": dt.date.fromisoformat(f"{newest}-01"),
    }
    return _ask(_OPEN, values), _ask(_WITHDRAWN, values) | _ask(_EMPTIED, values)


def _ask(query: str, values: dict[str, Any]) -> frozenset[PeriodKey]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return frozenset(cursor.fetchall())
