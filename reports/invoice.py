"""One invoice of a source: its account by customer, what became of each row, and whether it was planned yet."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, QuerySet

from core.searching import one_of
from customers.models import Customer
from customers.selectors import customer_contains
from invoices.models import Charge, SourceInvoice
from money.enums import Kind, Motion, PartState
from money.words import Money
from programs.models import Program
from reports.strip import BILLED, LABELS, READY, Strip, draw_strip, parts_of
from reports.template_lines import TemplatePlace, template_places
from syncs.enums import Bucket, RunKind, RunState
from syncs.models import BilledRun, Line, Part, Posting, Run
from syncs.proving.accounts import Balance
from syncs.proving.reconciliation import CustomerBalance, InvoiceBalance, reconcile_groups, reconcile_invoice
from syncs.proving.unplanned import bucket_aside

NOBODY = "none"  # in the place of a customer: rows that are in no customer's account
_CENT = Decimal("0.01")
_MONTHS = range(28, 32)  # days of a month
_PART_OF = {PartState.BILLED: BILLED, PartState.SYNCED: READY, PartState.PLANNED: Bucket.FAILED}
_MANY = 1_000  # subscriptions; for more of them the whole invoice is read
# Subscription, else the customer of a row without one; motion, period
_Key = tuple[int | None, int | None, str, str]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A customer and motion of an invoice, with ``parts`` that add up to ``invoiced``.

    ``customer_id`` is None for the rows that are in no customer's account.
    """

    customer_id: int | None
    name: str
    motion: str
    invoiced: Money
    parts: dict[str, Money]

    @property
    def motion_label(self) -> str:
        """The motion in words."""
        return Motion(self.motion).label if self.motion else ""


@dataclass(frozen=True, slots=True)
class AccountPage:
    """What became of an invoice: in total, and by customer in the ``parts`` (name and label) that it has."""

    balance: InvoiceBalance
    strip: Strip
    parts: list[tuple[str, str]]
    rows: list[AccountRow]


@dataclass(frozen=True, slots=True)
class PostedLine:
    """What a row was made into, or what keeps it from that. ``retail`` is of the whole line, with what pricing changed.

    ``place`` is its invoice template; ``invoices`` are those of the target that carry it, where they are known.
    """

    part: str
    role: str
    retail: Decimal
    reason: str
    name: str = ""
    place: TemplatePlace | None = None
    invoices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a row and of the ``others`` that were planned with it: retail by part of the strip."""

    parts: list[tuple[str, Decimal]]
    others: int = 0
    lines: list[PostedLine] = field(default_factory=list)


def read_account(invoice: SourceInvoice, program: Program) -> AccountPage:
    """The account of an invoice, customer by customer. It is summed anew from the stored rows."""
    balance = reconcile_invoice(invoice, program)
    rows = [_account_row(entry) for entry in balance.customers]
    if any(balance.aside.buckets.values()):
        nobody = parts_of(balance.aside)
        rows.append(AccountRow(None, "", "", balance.aside.source, nobody))
    names = [name for name in LABELS if any(row.parts[name] for row in rows)]
    return AccountPage(
        balance=balance,
        strip=draw_strip(balance.total, balanced=balance.balanced),
        parts=[(str(name), LABELS[name]) for name in names],
        rows=rows,
    )


def rows_named(rows: Iterable[AccountRow], words: str) -> list[AccountRow]:
    """Those of customers whom a search for these words finds."""
    found = set(Customer.objects.filter(customer_contains(words)).values_list("pk", flat=True))
    return [row for row in rows if row.customer_id in found]


def _account_row(entry: CustomerBalance) -> AccountRow:
    balance = entry.balance
    return AccountRow(entry.customer_id, entry.name, entry.motion, balance.source, parts_of(balance))


# --- Rows -----------------------------------------------------------------------------------------


def rows_of_nobody() -> Q:
    """Rows of an invoice that are in no customer's account."""
    return Q(kind=Kind.UNKNOWN) | Q(customer=None) | ~Q(set_aside="")


def rows_that_became(invoice: SourceInvoice, program: Program, part: str, rows: QuerySet[Charge]) -> QuerySet[Charge]:
    """Of these rows of the invoice, those whose money counts, wholly or in part, in one part of the strip."""
    told = rows.order_by().values_list("pk", "subscription", "motion", "period", "kind", "customer", "set_aside")
    groups: dict[_Key, list[int]] = defaultdict(list)
    wanted: list[int] = []
    for pk, subscription, motion, period, kind, customer, set_aside in told:
        charge = Charge(kind=kind, customer_id=customer, set_aside=set_aside)
        aside = bucket_aside(charge, invoice, program)
        if not aside:
            groups[_key(subscription, customer, motion, period)].append(pk)
        elif aside == part:
            wanted.append(pk)
    for key, balance in _balances(invoice, program, groups).items():
        if parts_of(balance)[part]:
            wanted += groups.get(key, [])
    return rows.filter(pk__in=one_of(wanted))


def what_became(invoice: SourceInvoice, program: Program, charges: Sequence[Charge]) -> dict[int, Became]:
    """By row of the invoice, what became of it. A constant number of queries."""
    aside = {one.pk: bucket_aside(one, invoice, program) for one in charges}
    keys = {one.pk: _key_of(one) for one in charges if not aside[one.pk]}
    wanted = set(keys.values())
    balances, (lines, numbers) = _balances(invoice, program, wanted), _posted_lines(program, wanted)
    together = {key: _became(balances.get(key, Balance()), lines[key], numbers[key]) for key in wanted}
    return {
        one.pk: together[keys[one.pk]] if one.pk in keys else Became([(aside[one.pk], one.retail)]) for one in charges
    }


def _became(balance: Balance, lines: list[PostedLine], rows: int) -> Became:
    """Of the lines those that say where its money counts: what was planned need not count for this invoice."""
    parts = {str(name): amount.retail for name, amount in parts_of(balance).items() if amount}
    shown = [line for line in lines if line.part in parts or not parts]
    return Became(list(parts.items()), rows - 1 if shown else 0, shown)


def part_of_month(charge: Charge) -> tuple[int, int] | None:
    """The days that a row charges and those of a month, where quantity x price x days / days is its amount."""
    days, own = charge.days.count, calendar.monthrange(charge.first_day.year, charge.first_day.month)[1]
    whole = charge.quantity * charge.unit_retail
    for length in (own, *_MONTHS):
        if days < length and abs(abs(whole * days / length) - abs(charge.retail)) < _CENT:
            return days, length
    return None


def _balances(invoice: SourceInvoice, program: Program, keys: Collection[_Key]) -> dict[_Key, Balance]:
    if not keys:
        return {}
    named = {key[0] for key in keys if key[0] is not None}
    groups = reconcile_groups(invoice, program, named if len(named) <= _MANY else None)
    return {
        _key(subscription, customer, motion, period): each
        for (customer, motion, subscription, period), each in groups.items()
    }


def _key_of(charge: Charge) -> _Key:
    return _key(charge.subscription_id, charge.customer_id, charge.motion, charge.period)


def _key(subscription: int | None, customer: int | None, motion: str, period: str) -> _Key:
    return subscription, customer if subscription is None else None, motion, period


def _posted_lines(
    program: Program, keys: Collection[_Key]
) -> tuple[defaultdict[_Key, list[PostedLine]], defaultdict[_Key, int]]:
    """What was planned of them, and from how many rows. Four queries."""
    among, periods = {key[0] for key in keys}, {key[3] for key in keys}
    planned = Part.objects.filter(posting__program=program, posting__subscription__in=among - {None})
    parts = list(planned.filter(posting__period__in=periods).select_related("posting").order_by("pk"))
    marks = {part.mark for part in parts}
    written = {line.mark: line for line in _lines(program, marks)}
    places = template_places(program, Q(external_id__in={line.template_id for line in written.values()}))
    carried = _carried_by(program, marks, periods)
    lines: defaultdict[_Key, list[PostedLine]] = defaultdict(list)
    numbers: defaultdict[_Key, int] = defaultdict(lambda: 1)
    for part in parts:
        posting, line = part.posting, written.get(part.mark)
        key = _key(posting.subscription_id, None, posting.motion, posting.period)
        numbers[key] = posting.charge_count
        lines[key].append(
            PostedLine(
                part=str(_PART_OF.get(PartState(part.state), part.state)),
                role=part.get_role_display(),
                retail=part.retail,
                reason=part.reason,
                name=_name_of(line, places) if line else "",
                place=places.get(line.template_id) if line else None,
                invoices=tuple(carried[part.mark, posting.period]),
            )
        )
    return lines, numbers


def _lines(program: Program, marks: Collection[str]) -> QuerySet[Line]:
    """Lines with these marks; of two with one mark the later one is the last."""
    return Line.objects.filter(program=program, mark__in=marks).select_related("product").order_by("pk")


def _name_of(line: Line, places: dict[str, TemplatePlace]) -> str:
    place = places.get(line.template_id)
    there = place.lines.get(line.line_id) if place else None
    return there.name if there else str(line.product or line.get_role_display())


def _carried_by(program: Program, marks: Collection[str], periods: Collection[str]) -> dict[tuple[str, str], list[str]]:
    """By mark and period, the numbers of the target's invoices that bill a recurring line."""
    runs = BilledRun.objects.filter(program=program, mark__in=marks, period__in=periods).order_by("pk")
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for mark, period, number in runs.values_list("mark", "period", "invoice_number"):
        found[mark, period].append(number)
    return found


# --- Whether it was planned -----------------------------------------------------------------------


def was_planned(invoice: SourceInvoice) -> bool:
    """True when a sync may have planned the invoice's subscriptions since it counts.

    What the invoices that it overlaps charged was planned before, and says nothing.
    """
    since = invoice.overlap_decided_at
    runs = Run.objects.filter(program__source=invoice.source_id, program__slug=invoice.program_slug, preview=False)
    later = runs.filter(kind=RunKind.BILLING).exclude(state=RunState.QUEUED)
    if since is not None and not later.filter(Q(finished_at=None) | Q(finished_at__gt=since)).exists():
        return False
    periods = invoice.charges.exclude(subscription=None).values("subscription_id", "period").distinct()
    subscriptions = {row["subscription_id"] for row in periods}
    postings = Posting.objects.filter(program__source=invoice.source_id, program__slug=invoice.program_slug)
    planned = postings.filter(subscription__in=subscriptions, period__in={row["period"] for row in periods})
    return planned.exists()
