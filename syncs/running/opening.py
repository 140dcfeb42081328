"""What is settled before facts are loaded: the month a mapping begins with, and where a one-time purchase is billed.

A mapping begins with the newest month, with the one of its lines that templates billed while it was off, or with older
ones that somebody took up.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from collections.abc import Mapping as MappingOf

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from customers.models import Mapping
from customers.services import lock_mappings
from invoices.billing_items import recount_invoices
from invoices.counted import countable_invoices
from invoices.models import Charge, SourceInvoice
from money.enums import Chosen, Kind, Motion, MotionCause
from money.facts import Choice, OwnLine, RunAhead
from money.month.ahead import begins_with
from money.month.months import Months
from money.periods import first_day_of
from programs.models import Program
from syncs.facts.lines import load_own_lines
from syncs.facts.mappings import active_mappings
from syncs.facts.months import month_to_bill
from syncs.facts.older_months import find_older_months, older_subject
from syncs.models import Posting

SEATS = (Motion.SEAT_MONTHLY, Motion.SEAT_ANNUAL)  # on one day the monthly template goes first


def open_months(
    program: Program,
    mapping_ids: Collection[int],
    months: Months,
    choices: MappingOf[str, Choice],
    ahead: Collection[RunAhead] = (),
) -> None:
    """A mapping that was never planned begins with the newest regular month; nothing while there is none.

    Where runs ``ahead`` billed its lines while it was off, it begins with the month of those; where somebody accepted
    the offer of older months, with the earliest of them. Inside the scope.
    """
    newest = month_to_bill(program, months)
    if not newest:
        return
    mappings = list(active_mappings(program).filter(pk__in=mapping_ids))
    _take_up_newest(program, mappings, newest, ahead)
    _take_up_older(program, mappings, choices)


def place_purchases(program: Program) -> int:
    """Give one-time charges that were never planned the motion of the template that bills them first; how many moved.

    Once a line was planned for it, a charge stays where it is. Inside the scope.
    """
    unplanned = _unplanned(program)
    customers = set(unplanned.order_by().values_list("customer_id", flat=True).distinct())
    wanted: dict[Motion, set[int]] = defaultdict(set)
    for customer_id, motion in _runs_next(program, customers).items():
        wanted[motion].add(customer_id)
    moved = 0
    for motion, customer_ids in wanted.items():
        elsewhere = unplanned.filter(customer__in=customer_ids).exclude(motion=motion)
        charges = list(elsewhere.values_list("pk", "invoice_id"))
        Charge.objects.filter(pk__in=[pk for pk, _ in charges]).update(motion=motion)
        recount_invoices(list(SourceInvoice.objects.filter(pk__in={invoice for _, invoice in charges})))
        moved += len(charges)
    return moved


def _take_up_newest(program: Program, mappings: Iterable[Mapping], newest: str, ahead: Collection[RunAhead]) -> None:
    new = [mapping for mapping in mappings if mapping.first_month is None]
    own_lines = _own_lines(program, new) if ahead else []
    at: dict[dt.date, list[int]] = defaultdict(list)
    for mapping in new:
        own = [line for line in own_lines if (line.customer_id, line.motion) == (mapping.customer_id, mapping.motion)]
        mapping.first_month = first_day_of(begins_with(newest, own, ahead)).replace(day=1)
        at[mapping.first_month].append(mapping.pk)
    if new:
        lock_mappings(program.pk)
    for month, mapping_ids in at.items():  # whoever switched one off meanwhile made it forget its start
        Mapping.objects.filter(pk__in=mapping_ids, sync_on=True, first_month=None).update(first_month=month)


def _own_lines(program: Program, mappings: Collection[Mapping]) -> list[OwnLine]:
    """Of the mappings' customers, whatever the motion."""
    return load_own_lines(program, Q(customer__in={mapping.customer_id for mapping in mappings})) if mappings else []


def _take_up_older(program: Program, mappings: Iterable[Mapping], choices: MappingOf[str, Choice]) -> None:
    offered = {older_subject(mapping): mapping for mapping in mappings}
    accepted = [subject for subject in offered if subject in choices and choices[subject].choice is Chosen.TAKE_UP]
    wanted = {offered[subject].pk: offered[subject] for subject in accepted}
    for older in find_older_months(program, wanted):
        lock_mappings(program.pk)
        first = wanted[older.mapping_id].first_month
        still = Mapping.objects.filter(pk=older.mapping_id, sync_on=True, first_month=first)
        still.update(first_month=older.earliest, updated_at=timezone.now())


def _unplanned(program: Program) -> QuerySet[Charge]:
    planned = Posting.objects.filter(program=program, subscription=OuterRef("subscription"), period=OuterRef("period"))
    once = [cause for cause in MotionCause if cause.once]
    charges = Charge.objects.filter(invoice__in=countable_invoices(program), motion_by__in=once)
    return charges.exclude(kind=Kind.UNKNOWN).filter(customer__isnull=False).exclude(Exists(planned))


def _runs_next(program: Program, customers: set[int]) -> dict[int, Motion]:
    """By customer, the motion of seats whose mapped template runs next; customers without one are left out."""
    mappings = active_mappings(program).filter(customer__in=customers, motion__in=SEATS).select_related("template")
    found: dict[int, list[Mapping]] = defaultdict(list)
    for mapping in mappings:
        found[mapping.customer_id].append(mapping)
    return {customer: Motion(min(some, key=_order).motion) for customer, some in found.items()}


def _order(mapping: Mapping) -> tuple[dt.date, int]:
    return mapping.template.next_run or dt.date.max, SEATS.index(Motion(mapping.motion))
