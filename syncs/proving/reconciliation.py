"""Prove it: what became of every cent of a source invoice. Call inside the partner's scope.

``source_total = synced + rounding + held + excluded + not_mapped + unknown + failed`` and
``total = source_total + rules``, in cost and in retail, exactly. ``source_total`` is summed anew
from the stored raw rows; ``synced`` comes from the lines as the target returned them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as Known
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from connectors.records import RowAmounts
from connectors.registry import get_source
from customers.models import Mapping, Template
from invoices.models import Charge, InvoiceState, SourceInvoice
from money.enums import Kind, LineState, PartState
from money.words import NOTHING, Money, equals_at_its_decimals
from programs.models import Program
from syncs.enums import Bucket
from syncs.models import Line, Part, Posting
from syncs.proving.accounts import Balance, InvoiceSum, share_of, sums_of
from syncs.proving.unplanned import NOT_PLANNED_YET, Mapped, amounts_aside, bucket_without_posting, whole_bucket_of

_BUCKET_OF = {
    PartState.SYNCED: Bucket.SYNCED,
    PartState.BILLED: Bucket.SYNCED,
    PartState.HELD: Bucket.HELD,
    PartState.EXCLUDED: Bucket.EXCLUDED,
    PartState.FAILED: Bucket.FAILED,
    PartState.PLANNED: Bucket.FAILED,
}


@dataclass(slots=True)
class CustomerBalance:
    """The account of one customer and motion; ``customer_id`` is None for unknown rows."""

    customer_id: int | None
    external_id: str
    name: str
    motion: str
    balance: Balance


@dataclass(slots=True)
class InvoiceBalance:
    """The account of one invoice. ``stored_equals_raw``: the rows add up to what was stored."""

    invoice: SourceInvoice
    total: Balance
    customers: list[CustomerBalance]
    stored_equals_raw: bool
    aside: Balance = field(default_factory=Balance)  # rows of no customer's account: unknown, or set aside
    header_differs: Decimal | None = None  # what the header says, where it says something else
    occurs: frozenset[str] = frozenset()  # buckets with money of anybody, also where it adds up to nothing

    @property
    def balanced(self) -> bool:
        """True when the account is exact, in total and for each customer."""
        return (
            self.stored_equals_raw and self.total.balanced and all(entry.balance.balanced for entry in self.customers)
        )


@dataclass(slots=True)
class _Group:
    """The rows of one customer, motion, subscription and period on one invoice."""

    amount: Money = NOTHING
    customer_name: str = ""
    external_id: str = ""


GroupKey = tuple[int | None, str, int | None, str]


@dataclass(slots=True)
class _Rows:
    """What the rows of one invoice say: in groups, and by bucket what is in no group.

    Rows of one subscription, motion and period are one group, of the customer whom the first of them names: they
    were planned together, also where the subscription moved between two tenants in that period.
    """

    groups: dict[GroupKey, _Group] = field(default_factory=lambda: defaultdict(_Group))
    owners: dict[tuple[str, int, str], int] = field(default_factory=dict)
    customers: set[int | None] = field(default_factory=set)
    raw_total: Money = NOTHING
    stored_total: Money = NOTHING
    aside: dict[str, Money] = field(default_factory=lambda: dict.fromkeys(("held", "excluded", "unknown"), NOTHING))

    def group_of(self, customer_id: int, motion: str, subscription_id: int | None, period: str) -> _Group:
        if subscription_id is not None:
            customer_id = self.owners.setdefault((motion, subscription_id, period), customer_id)
        return self.groups[customer_id, motion, subscription_id, period]


def reconcile_invoice(invoice: SourceInvoice, program: Program) -> InvoiceBalance:
    """The account of one invoice, from its stored rows and the ledger."""
    return reconcile_invoices([invoice], program)[0]


def reconcile_invoices(invoices: Sequence[SourceInvoice], program: Program) -> list[InvoiceBalance]:
    """The accounts of these invoices, in their order. As many queries as for one."""
    rows = _read_rows(invoices, program)
    ledger = _read_ledger([one for one in invoices if not whole_bucket_of(one, program)], rows, program)
    return [_balance_of(invoice, program, rows[invoice.pk], ledger) for invoice in invoices]


def reconcile_groups(
    invoice: SourceInvoice, program: Program, among: Collection[int] | None = None
) -> dict[GroupKey, Balance]:
    """What the account of an invoice is made of, by customer, motion, subscription and period.

    ``among``: of these subscriptions alone, and of rows that name none.
    """
    rows = _read_rows([invoice], program, among)
    if among is not None:
        rows[invoice.pk].customers = set(_customers_of([invoice]).distinct().values_list("customer", flat=True))
    counting = [] if whole_bucket_of(invoice, program) else [invoice]
    return _group_balances(invoice, program, rows[invoice.pk], _read_ledger(counting, rows, program, among))


def _balance_of(invoice: SourceInvoice, program: Program, rows: _Rows, ledger: _Ledger) -> InvoiceBalance:
    accounts: dict[tuple[int | None, str], CustomerBalance] = {}
    for key, group in rows.groups.items():
        _account(accounts, key, group)
    balances = _group_balances(invoice, program, rows, ledger)
    for key, balance in balances.items():
        accounts[key[0], key[1]].balance.add(balance)
    total = Balance()
    for entry in accounts.values():
        total.add(entry.balance)
    aside = Balance()
    for bucket, amount in amounts_aside(invoice, program, rows.aside).items():
        aside.put(bucket, amount)
    total.add(aside)
    total.source = rows.raw_total
    return InvoiceBalance(
        invoice=invoice,
        total=total,
        customers=sorted(accounts.values(), key=lambda entry: (entry.name, entry.motion)),
        stored_equals_raw=rows.raw_total == rows.stored_total,
        aside=aside,
        header_differs=_header_difference(invoice, rows.raw_total),
        occurs=_occurring([*balances.values(), total]),
    )


def _occurring(balances: Iterable[Balance]) -> frozenset[str]:
    return frozenset(name for balance in balances for name, amount in balance.buckets.items() if amount)


def _read_rows(
    invoices: Sequence[SourceInvoice], program: Program, among: Collection[int] | None = None
) -> dict[int, _Rows]:
    """What is told of the rows of each of these invoices. Flat memory: rows are streamed."""
    amounts = get_source(program.source.system).row_amounts
    found = {invoice.pk: _Rows() for invoice in invoices}
    key = ("customer", "motion", "subscription", "period")
    columns = ("raw", "cost", "retail", "kind", "set_aside", "customer__name", "customer__external_id", *key)
    charges = Charge.objects.filter(invoice__in=list(found))
    if among is not None:
        charges = charges.filter(Q(subscription__in=among) | Q(subscription=None)).exclude(kind=Kind.UNKNOWN)
    rows = charges.values_list("invoice", *columns)
    for invoice_id, raw_row, cost, retail, kind, set_aside, name, external_id, *place in rows.iterator(chunk_size=1000):
        amount, told = Money(cost, retail), found[invoice_id]
        told.raw_total += _amount_of(amounts(raw_row)) if raw_row else amount  # of a closed month it is not kept
        told.stored_total += amount
        told.customers.add(place[0])
        if set_aside or kind == Kind.UNKNOWN or place[0] is None:
            told.aside[set_aside or "unknown"] += amount
            continue
        group = told.group_of(place[0], place[1], place[2], place[3])
        group.amount += amount
        group.customer_name = group.customer_name or name
        group.external_id = group.external_id or external_id
    return found


def _amount_of(row: RowAmounts) -> Money:
    return Money(row.cost, row.retail)


def _account(accounts: dict[tuple[int | None, str], CustomerBalance], key: GroupKey, group: _Group) -> None:
    customer_id, motion, _, _ = key
    if (customer_id, motion) not in accounts:
        accounts[customer_id, motion] = CustomerBalance(
            customer_id, group.external_id, group.customer_name, motion, Balance()
        )


def _header_difference(invoice: SourceInvoice, total: Money) -> Decimal | None:
    """The header's total where it equals neither side of the rows, at the decimals that it was given with."""
    for stated in (invoice.header_retail_total, invoice.header_cost_total):
        if stated is not None and not any(equals_at_its_decimals(stated, side) for side in (total.cost, total.retail)):
            return stated
    return None


def _group_balances(invoice: SourceInvoice, program: Program, rows: _Rows, ledger: _Ledger) -> dict[GroupKey, Balance]:
    whole = whole_bucket_of(invoice, program)
    if whole:
        return {key: _single(whole, group.amount) for key, group in rows.groups.items()}
    return {
        key: _group_balance(
            invoice,
            group,
            posting=ledger.posting_of(key, rows),
            sums=ledger.sums[key[2] or 0, key[1], key[3]],
            unplanned=bucket_without_posting(invoice, program, key[1], ledger.mappings.get((key[0], key[1]))),
        )
        for key, group in rows.groups.items()
    }


def _group_balance(
    invoice: SourceInvoice, group: _Group, *, posting: _Planned | None, sums: Iterable[InvoiceSum], unplanned: Bucket
) -> Balance:
    if invoice.state == InvoiceState.REVERSED and (posting is None or not posting.has_parts):
        return _single("excluded", group.amount)
    if posting is None or not posting.counts(invoice.month):
        return _single(unplanned, group.amount)
    known = [each for each in sums if posting.counts(each.month)]
    return _from_posting(invoice, posting, group, known, unplanned=unplanned)


def _mappings(customers: Any, program: Program) -> dict[tuple[int | None, str], Mapped]:
    """Of these customers, by customer and motion. Thousands of them, so no object is made of any row."""
    found = Mapping.objects.filter(program=program, customer__in=customers).order_by()
    rows = found.values_list("customer", "motion", "sync_on", "first_month")
    return {(customer_id, motion): Mapped(on, since) for customer_id, motion, on, since in rows}


def _single(bucket: str, amount: Money) -> Balance:
    balance = Balance()
    balance.put(bucket, amount)
    return balance


@dataclass(slots=True)
class _Planned:
    """What the ledger says of a period: what was planned from, and where every part of it went."""

    customer_id: int
    charge_count: int
    source: Money
    since: dt.date | None
    balance: Balance
    has_parts: bool = False

    def counts(self, month: dt.date) -> bool:
        """Whether it was planned from the rows of that month's invoices, or will be."""
        return self.since is None or month >= self.since


@dataclass(slots=True)
class _Ledger:
    """What the ledger and the mappings say of the groups of some invoices."""

    postings: Known[tuple[int, str, str], _Planned]
    mappings: Known[tuple[int | None, str], Mapped]
    sums: defaultdict[tuple[int, str, str], list[InvoiceSum]]

    def posting_of(self, key: GroupKey, rows: _Rows) -> _Planned | None:
        """What was planned of the group, for a customer whom the rows of its invoice name."""
        posting = self.postings.get((key[2] or 0, key[1], key[3]))
        return posting if posting is not None and posting.customer_id in rows.customers else None


def _read_ledger(
    invoices: Sequence[SourceInvoice],
    rows: Known[int, _Rows],
    program: Program,
    among: Collection[int] | None = None,
) -> _Ledger:
    """For those that are not in one bucket whole."""
    if not invoices:
        return _Ledger({}, {}, defaultdict(list))
    periods = {key[3] for invoice in invoices for key in rows[invoice.pk].groups}
    named = _customers_of(invoices) if among is None else {key[0] for one in invoices for key in rows[one.pk].groups}
    postings, mappings = _postings(invoices, program, periods, among), _mappings(named, program)
    return _Ledger(postings, mappings, sums_of(invoices, periods, among))


def _postings(
    invoices: Sequence[SourceInvoice], program: Program, periods: set[str], among: Collection[int] | None
) -> dict[tuple[int, str, str], _Planned]:
    """By subscription, motion and period. Thousands of them, so no object is made of any row."""
    # Without the periods, years of postings would be read for each invoice.
    named = Q(customer__in=_customers_of(invoices)) if among is None else Q(subscription__in=among)
    wanted = Posting.objects.filter(named, program=program, period__in=periods).order_by()
    amounts = ("source_cost", "source_retail", "rounding_cost", "rounding_retail")
    columns = ("pk", "customer", "charge_count", "since", *amounts, "subscription", "motion", "period")
    by_key: dict[tuple[int, str, str], _Planned] = {}
    by_id: dict[int, _Planned] = {}
    for pk, customer_id, count, since, cost, retail, off_cost, off_retail, *key in wanted.values_list(
        *columns
    ).iterator(chunk_size=1000):
        planned = _Planned(customer_id, count, Money(cost, retail), since, Balance())
        planned.balance.buckets[Bucket.ROUNDING] = Money(off_cost, off_retail)
        by_id[pk] = by_key[key[0], key[1], key[2]] = planned
    gone = _marks_of_the_gone(program)
    told = ("posting", "state", "mark", "cost", "retail", "rules_cost", "rules_retail")
    parts = Part.objects.filter(posting__in=wanted.values("pk")).order_by().values_list(*told)
    for posting_id, state, mark, cost, retail, rules_cost, rules_retail in parts.iterator(chunk_size=1000):
        if posting_id in by_id:  # else it was planned just now
            by_id[posting_id].has_parts = True
            nowhere = state == PartState.SYNCED and mark in gone
            counts_as = PartState.FAILED if nowhere else state
            _add_part(by_id[posting_id].balance, counts_as, Money(cost, retail), Money(rules_cost, rules_retail))
    return by_key


def _marks_of_the_gone(program: Program) -> set[str]:
    """Of lines on templates that the target has no more: what no invoice carried of them is on no template."""
    gone = Template.objects.filter(target=program.target_id, gone=True)
    lines = Line.objects.filter(program=program, state=LineState.STANDING, template_id__in=gone.values("external_id"))
    return set(lines.values_list("mark", flat=True))


def _add_part(balance: Balance, state: str, amount: Money, rules: Money) -> None:
    bucket = _BUCKET_OF[PartState(state)]
    balance.buckets[bucket] += amount - rules
    if bucket is Bucket.SYNCED:
        balance.rules += rules
        balance.ready = balance.ready or state == PartState.SYNCED
    if state == PartState.BILLED:
        balance.billed += amount - rules


def _customers_of(invoices: Sequence[SourceInvoice]) -> QuerySet[Charge, Any]:
    """Ids of the customers of these invoices, for the database to join."""
    found: QuerySet[Charge, Any] = Charge.objects.filter(invoice__in=invoices).order_by().values("customer")
    return found


def _from_posting(
    invoice: SourceInvoice, posting: _Planned, group: _Group, sums: list[InvoiceSum], *, unplanned: str
) -> Balance:
    """This invoice's share of a posting: all of it, unless several invoices make up the period."""
    whole = posting.balance.without_source()
    if unplanned != NOT_PLANNED_YET:  # what failed while the mapping was on is not tried again by itself
        whole.buckets[unplanned] += whole.buckets[Bucket.FAILED]
        whole.buckets[Bucket.FAILED] = NOTHING
    counted = [each for each in sums if each.counts]
    total = sum((each.amount for each in counted), NOTHING)
    if (posting.charge_count, posting.source) != (sum(each.rows for each in counted), total):
        # The charges changed since: the difference is not planned yet.
        whole.buckets[Bucket.HELD] += total - whole.accounted
    if len(sums) == 1:
        whole.source = group.amount
        return whole
    return share_of(invoice, sums, whole)
