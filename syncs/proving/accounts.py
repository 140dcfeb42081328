"""One account in cost and retail, and what of it is one invoice's where several charge the same period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, Sum

from invoices.models import Charge, InvoiceState, SourceInvoice
from money.enums import Kind
from money.words import NOTHING, ZERO, Money
from syncs.enums import Bucket

BUCKETS = tuple(bucket.value for bucket in Bucket)


@dataclass(slots=True)
class Balance:
    """One side-by-side account in currency units: cost and retail of each bucket.

    Of what is synced, ``billed`` is what invoices of the target carry, and ``ready`` tells that something waits for
    the run that bills it, also where its amounts add up to nothing.
    """

    source: Money = NOTHING
    rules: Money = NOTHING
    buckets: dict[str, Money] = field(default_factory=lambda: dict.fromkeys(BUCKETS, NOTHING))
    billed: Money = NOTHING
    ready: bool = False

    def add(self, other: Balance) -> None:
        """Add another account to this one."""
        self.source += other.source
        self.rules += other.rules
        self.billed += other.billed
        self.ready = self.ready or other.ready
        for name, amount in other.buckets.items():
            if amount:
                self.buckets[name] += amount

    def without_source(self) -> Balance:
        """A copy of what is accounted for, of a source yet to be told."""
        return Balance(rules=self.rules, buckets=dict(self.buckets), billed=self.billed, ready=self.ready)

    def put(self, bucket: str, amount: Money) -> None:
        """Account for ``amount`` of the source in one bucket."""
        self.source += amount
        self.buckets[bucket] += amount

    @property
    def accounted(self) -> Money:
        """Sum of all buckets."""
        return sum(self.buckets.values(), NOTHING)

    @property
    def balanced(self) -> bool:
        """True when the buckets add up to the source's amount exactly, on both sides."""
        return self.accounted == self.source

    def side(self, name: str) -> dict[str, Decimal | bool]:
        """One side, ``"cost"`` or ``"retail"``, as the fields of the reconcile command."""
        source = getattr(self.source, name)
        rules = getattr(self.rules, name)
        amounts = {bucket: getattr(self.buckets[bucket], name) for bucket in BUCKETS}
        return {
            "total": source + rules,
            "rules": rules,
            "source_total": source,
            **amounts,
            "balanced": sum(amounts.values(), ZERO) == source,
        }

    def retail_by_bucket(self) -> dict[str, Decimal]:
        """Retail of each bucket that has any."""
        return {name: amount.retail for name, amount in self.buckets.items() if amount.retail}


def sum_up(balances: Iterable[Balance]) -> Balance:
    """One account of several."""
    total = Balance()
    for one in balances:
        total.add(one)
    return total


@dataclass(frozen=True, slots=True)
class InvoiceSum:
    """What one counted invoice charges for a subscription, motion and period."""

    invoice_id: int
    month: date
    rows: int
    amount: Money
    counts: bool = True  # False of an invoice and its exact reversal: what was billed of them is accounted for


def sums_of(
    invoices: Sequence[SourceInvoice], periods: set[str], among: Collection[int] | None = None
) -> defaultdict[tuple[int, str, str], list[InvoiceSum]]:
    """By subscription, motion and period, over all invoices of their source that count or were cancelled. Two queries.

    Of the subscriptions that ``invoices`` name, all of one source; of those ``among`` these where it is given.
    """
    states = (InvoiceState.COUNTED, InvoiceState.REVERSED)
    told = SourceInvoice.objects.filter(source=invoices[0].source_id, state__in=states, past=False).order_by()
    known = {pk: (state, month) for pk, state, month in told.values_list("pk", "state", "month")}
    mine = Charge.objects.filter(invoice__in=invoices, subscription__isnull=False).order_by()
    if among is not None:
        mine = mine.filter(subscription__in=among)
    rows = (
        Charge.objects.filter(
            subscription__in=mine.values("subscription"),
            period__in=periods,
            invoice__in=list(known),
        )
        .exclude(kind=Kind.UNKNOWN)
        .order_by()
        .values_list("subscription", "motion", "period", "invoice")
        .annotate(rows=Count("pk"), cost=Sum("cost"), retail=Sum("retail"))
    )
    sums: defaultdict[tuple[int, str, str], list[InvoiceSum]] = defaultdict(list)
    for subscription, motion, period, invoice_id, number, cost, retail in rows:
        state, month = known[invoice_id]
        counts = state == InvoiceState.COUNTED
        sums[subscription, motion, period].append(InvoiceSum(invoice_id, month, number, Money(cost, retail), counts))
    return sums


def share_of(invoice: SourceInvoice, sums: list[InvoiceSum], whole: Balance) -> Balance:
    """This invoice's share where several charge the period: the earlier ones take first what was synced."""
    *earlier, last = sorted(sums, key=lambda each: each.invoice_id)
    left = whole.without_source()
    for each in earlier:
        share = _take(left, each.amount)
        if each.invoice_id == invoice.pk:
            return share
    left.source = last.amount
    return left


def _take(left: Balance, amount: Money) -> Balance:
    """Take ``amount`` out of the buckets, in their order, no more than each holds."""
    share = Balance(source=amount, ready=left.ready)
    cost, retail = amount.cost, amount.retail
    for name in BUCKETS:
        held = left.buckets[name]
        part = Money(_at_most(cost, held.cost), _at_most(retail, held.retail))
        share.buckets[name] += part
        left.buckets[name] -= part
        cost, retail = cost - part.cost, retail - part.retail
        if name == Bucket.SYNCED:
            share.billed = Money(_at_most(part.cost, left.billed.cost), _at_most(part.retail, left.billed.retail))
            left.billed -= share.billed
    rest = Money(cost, retail)  # more than all buckets hold together: it shows in the first one
    share.buckets[Bucket.SYNCED] += rest
    left.buckets[Bucket.SYNCED] -= rest
    return share


def _at_most(wanted: Decimal, there: Decimal) -> Decimal:
    """As much of ``wanted`` as is there: towards the same sign, never past it."""
    if wanted >= ZERO:
        return max(ZERO, min(wanted, there))
    return min(ZERO, max(wanted, there))
