"""Months that came before a mapping was switched on: never billed by themselves, but offered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Min

from core.scope import scoped_partner_id, without_nested_loops
from customers import models as customers
from invoices.counted import countable_invoices
from money.enums import Motion, Severity
from money.facts import Choice
from money.periods import period_label
from money.plan import Note
from money.words import shown
from programs.models import Program

# Periods of these mappings that were charged before their first month, and of which something was
# neither written nor settled: rows that no posting counts, and what a posting planned and did not write.
_OLDER = """
WITH charged AS (
    SELECT m.id AS mapping_id, min(i.month) AS month, max(i.month) AS last_month,
           sum(c.retail) FILTER (WHERE p.id IS NULL OR i.month < p.since) AS left_out,
           CASE WHEN bool_or(p.since IS NULL OR i.month >= p.since) THEN p.id END AS posting_id
    FROM customers_mapping m
    JOIN invoices_charge c
      ON c.partner_id = m.partner_id AND c.customer_id = m.customer_id AND c.motion = m.motion
    JOIN invoices_sourceinvoice i ON i.partner_id = c.partner_id AND i.id = c.invoice_id
    LEFT JOIN syncs_posting p
      ON p.partner_id = %(partner)s AND p.program_id = %(program)s
     AND p.subscription_id = c.subscription_id AND p.motion = c.motion AND p.period = c.period
    WHERE m.partner_id = %(partner)s AND m.id = ANY(%(mappings)s)
      AND i.source_id = %(source)s AND i.program_slug = %(slug)s
      AND i.state = 'counted' AND NOT i.past AND i.month < m.first_month
      AND c.kind <> 'unknown' AND c.set_aside = '' AND c.subscription_id IS NOT NULL
    GROUP BY m.id, p.id
)
SELECT charged.mapping_id, min(charged.month), max(charged.last_month),
       sum(COALESCE(charged.left_out, 0) + COALESCE(unwritten.retail, 0))
FROM charged
LEFT JOIN (
    SELECT q.posting_id, sum(q.retail - q.rules_retail) AS retail FROM syncs_part q
    WHERE q.partner_id = %(partner)s AND q.state IN ('planned', 'failed')
    GROUP BY q.posting_id
) unwritten ON unwritten.posting_id = charged.posting_id
WHERE charged.left_out IS NOT NULL OR unwritten.retail IS NOT NULL
GROUP BY charged.mapping_id
"""


@dataclass(frozen=True, slots=True)
class OlderMonths:
    """What a mapping did not bill of the months before its first; ``retail`` in currency units."""

    mapping_id: int
    earliest: dt.date
    latest: dt.date
    retail: Decimal


def older_subject(mapping: customers.Mapping) -> str:
    """Subject of the offer to take up what came before the mapping's first month."""
    return f"older:{mapping.pk}:{mapping.first_month:%Y-%m}"


def note_older_months(program: Program, choices: Mapping[str, Choice]) -> list[Note]:
    """An offer for each mapping that came late, until somebody answers it. Inside the scope."""
    late = {mapping.pk: mapping for mapping in _late_mappings(program) if older_subject(mapping) not in choices}
    return [_note(late[older.mapping_id], older) for older in find_older_months(program, late)]


def was_taken_up(subject: str) -> bool:
    """Whether a sync has acted on an accepted offer. Inside the scope."""
    number = subject.partition(":")[2].partition(":")[0]
    mapping = customers.Mapping.objects.filter(pk=number).first() if number.isdecimal() else None
    return mapping is not None and mapping.first_month is not None and older_subject(mapping) != subject


def _late_mappings(program: Program) -> Iterable[customers.Mapping]:
    """Those that began after the first month that was imported to be billed."""
    earliest = countable_invoices(program).aggregate(month=Min("month"))["month"]
    late = customers.Mapping.objects.filter(program=program, sync_on=True, motion__in=program.motions)
    return late.filter(first_month__gt=earliest).select_related("customer") if earliest else []


@without_nested_loops()
def find_older_months(program: Program, mapping_ids: Collection[int]) -> list[OlderMonths]:
    """What these mappings did not bill of the months before their first. One query, inside the scope."""
    if not mapping_ids:
        return []
    values: dict[str, Any] = {
        "partner": scoped_partner_id(),
        "program": program.pk,
        "source": program.source_id,
        "slug": program.slug,
        "mappings": list(mapping_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_OLDER, values)
        return [OlderMonths(*row) for row in cursor.fetchall()]


def _note(mapping: customers.Mapping, older: OlderMonths) -> Note:
    first, last = period_label(f"{older.earliest:%Y-%m}"), period_label(f"{older.latest:%Y-%m}")
    return Note(
        Severity.INFO,
        "older_months",
        older_subject(mapping),
        f"{mapping.customer} ({Motion(mapping.motion).label}): {shown(older.retail)} of "
        f"{first if first == last else f'{first} to {last}'} came before this sync was switched on and is not billed.",
        "Take it up to have it billed as one-time lines. Or leave it.",
        older_subject(mapping),
        mapping.customer_id,
        older.retail,
    )
