"""A recurring line and an adjustment of Northwind: before their template ran, after it, and billed by an invoice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from money.enums import PartRole, PartState
from money.facts import MappingFacts, PostingPart
from tests.bookkeeping.product import OwnLine, TemplateLine
from tests.money.plan_facts import OWN, TEMPLATE, make_facts, make_line

MARK, ONCE = OWN.mark, "BS:BBBBBBBBBB"
LINE, ADJUSTMENT = make_line(1, mark=MARK), make_line(2, mark=ONCE, one_time=True)
OWN_ONCE = replace(OWN, mark=ONCE, line_id="2", role=PartRole.ADJUSTMENT)
DUE, RAN = dt.date(2026, 11, 1), dt.date(2026, 12, 1)  # the template's next run, before and after it ran


def facts(
    *lines: TemplateLine, own: tuple[OwnLine, ...] = (), next_run: dt.date | None = DUE, **over: object
) -> MappingFacts:
    """Facts of a template with these lines and this next run."""
    made = make_facts(*lines, own=own)
    return replace(made, template=replace(TEMPLATE, lines=lines, next_run=next_run), **over)


STANDS = facts(LINE, ADJUSTMENT, own=(OWN, OWN_ONCE))
HAS_RUN = facts(LINE, ADJUSTMENT, own=(OWN, OWN_ONCE), next_run=RAN)
BILLED = replace(HAS_RUN, carried=frozenset({MARK, ONCE}))


def part(state: PartState, *, mark: str = MARK, role: PartRole = PartRole.RECURRING, reason: str = "") -> PostingPart:
    """A part of 100.00 and 120.00, of which rules made 10.00 and 12.00."""
    return PostingPart(role, mark, state, Decimal(100), Decimal(120), Decimal(10), Decimal(12), reason)


def once(state: PartState, reason: str = "") -> PostingPart:
    """The same of the adjustment."""
    return part(state, mark=ONCE, role=PartRole.ADJUSTMENT, reason=reason)
