"""From the rows of an invoice to charges, by the code that classifies them in the product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile

from tests.bookkeeping.product import (
    Background,
    Cadence,
    Classified,
    Days,
    EarlierCharge,
    InvoiceRow,
    Kind,
    Money,
    Motion,
    RowAlone,
    RowTogether,
    Stay,
    cadence_of,
    cadence_of_row,
    classify,
    days_of_row,
    evidence_of,
    is_negative,
    is_whole,
    months_of_term,
    own_kind,
    period_of,
    put_together,
    whose_row,
)
from tests.bookkeeping.source import PRODUCT, Invoice, Row, Source, Subscription

MOTIONS = {"monthly": Motion.SEAT_MONTHLY, "azure": Motion.AZURE_PLAN, "annual": Motion.SEAT_ANNUAL}
WORDS = {motion: word for word, motion in MOTIONS.items()}


@dataclass(slots=True)
class Charge:
    """A row of an invoice, and what it is; ``customer`` is "" while nobody knows whose it is."""

    number: int  # of all charges
    invoice: Invoice
    line: int
    row: Row
    customer: str
    product: str
    verdict: Classified
    credit: str = ""  # by which the credit is known that it is a row of

    @property
    def motion(self) -> str:
        """``monthly``, ``azure`` or ``annual``, "" where it is unknown."""
        return WORDS[self.verdict.motion] if self.verdict.motion else ""

    @property
    def is_unknown(self) -> bool:
        """Kept and shown, never written."""
        return self.verdict.kind is Kind.UNKNOWN

    @property
    def is_once(self) -> bool:
        """Bought once, or metered by single days."""
        return self.verdict.cause is not None and self.verdict.cause.once

    @property
    def counts(self) -> bool:
        """It is to be billed: of a counted invoice, and it fits a rule."""
        return self.invoice.state == "counted" and not self.is_unknown


def classify_invoice(source: Source, invoice: Invoice, earlier: Sequence[Charge]) -> list[Charge]:
    """The charges of an invoice as it is imported after these ``earlier`` ones."""
    by_subscription: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    for line, row in enumerate(invoice.rows, start=2):
        by_subscription[row.subscription].append((line, row))
    charges = [charge for rows in by_subscription.values() for charge in _charges(source, invoice, rows, earlier)]
    charges.sort(key=lambda charge: charge.line)
    for number, charge in enumerate(charges, start=len(earlier) + 1):
        charge.number = number
    return charges


def classify_again(source: Source, charges: Sequence[Charge]) -> None:
    """Look once more at the rows of subscriptions that nobody understood, with what the source says by now."""
    unknown = {(one.invoice.place, one.row.subscription): one.invoice for one in charges if one.is_unknown}
    for (place, name), invoice in unknown.items():
        mine = [one for one in charges if (one.invoice.place, one.row.subscription) == (place, name)]
        rows = [(charge.line, charge.row) for charge in mine]
        for charge, found in zip(mine, _charges(source, invoice, rows, charges), strict=True):
            charge.verdict, charge.customer, charge.product = found.verdict, found.customer, found.product
            charge.credit = found.credit


def _charges(source: Source, invoice: Invoice, rows: list[tuple[int, Row]], earlier: Iterable[Charge]) -> list[Charge]:
    """Those of one subscription, by the groups of its rows."""
    records = {line: _record(line, row) for line, row in rows}
    starts = {row.start for _, row in rows}
    days = {line: days_of_row(record, starts) for line, record in records.items()}
    negative = [line for line, record in records.items() if is_negative(record)]
    taken_back = evidence_of((records[line], days[line]) for line in negative)
    cycles = tuple(one for one in days.values() if one.months == 1)
    told = Told(_earlier(earlier, invoice, rows[0][1].subscription), taken_back, cycles)
    made = [_charge(source, invoice, row, (records[line], days[line]), told) for line, row in rows]
    together = put_together(map(alone, made), _prices_charged(told.earlier))
    for charge in made:
        take_over(charge, together[alone(charge).key])
    return made


def _prices_charged(earlier: Iterable[Charge]) -> list[Money]:
    """Unit prices of earlier charges; what an invoice takes back of another one is no price."""
    charging = (one for one in earlier if not one.invoice.takes_back)
    return [one.verdict.unit for one in charging if not is_negative(_record(one.line, one.row))]


def take_over(charge: Charge, found: RowTogether) -> None:
    """What its group made of a row."""
    charge.verdict = replace(charge.verdict, kind=found.kind, period=found.period, problem=found.problem)
    charge.credit = found.credit


def alone(charge: Charge) -> RowAlone:
    """A row as it is without the others: its own kind and period."""
    row, told = charge.row, charge.verdict
    unknown = charge.is_unknown
    return RowAlone(
        key=(charge.invoice.place, charge.line),
        motion=told.motion or "",
        days=told.days,
        amount=Money(row.cost_amount, row.retail_amount),
        unit=told.unit,
        kind=Kind.UNKNOWN if unknown else own_kind(told.motion, told.cause, recurring=is_whole(row.ratio)),
        period=period_of(told.days, told.motion, told.cause) if charge.credit else told.period,
        number=charge.invoice.credit_name,
        problem=told.problem,
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What other charges tell of a subscription."""

    earlier: list[Charge]  # of other invoices, the newest last
    taken_back: tuple[EarlierCharge, ...]  # what negative rows of its invoice tell of charges before
    cycles: tuple[Days, ...]  # whole months on its invoice

    def background(self, today: Cadence) -> Background:
        """The same as planning's own code is told it."""
        known = tuple(EarlierCharge(one.verdict.days, one.verdict.motion) for one in self.earlier)
        newest = max((one.invoice.month for one in self.earlier), default="")
        last = [one for one in self.earlier if one.invoice.month == newest]
        final = max(last, key=lambda one: one.verdict.days.last, default=None)
        ending = [one.verdict.days for one in last if final and one.verdict.days.last == final.verdict.days.last]
        before = final.verdict.motion if final else None
        return Background(known, before, today, (*sorted(ending)[:1], *self.cycles), self.taken_back)

    def owner_on(self, day: date) -> str:
        """The customer who was charged for that day last, "" where nobody was."""
        found = (one for one in reversed(self.earlier) if one.verdict.days.cover_day(day))
        return next((one.customer for one in found), "")


def _earlier(charges: Iterable[Charge], invoice: Invoice, subscription: str) -> list[Charge]:
    before = takewhile(lambda charge: charge.invoice is not invoice, charges)
    same = (charge for charge in before if subscription and charge.row.subscription == subscription)
    return [one for one in same if not one.is_unknown and not one.is_once]


def _charge(source: Source, invoice: Invoice, row: Row, record: tuple[InvoiceRow, Days], told: Told) -> Charge:
    known = source.subscription(row.subscription) if row.subscription else None
    customer = told.owner_on(record[1].first) or _whose(row, record[1], known)
    verdict = classify(
        record[0],
        days=record[1],
        known=told.background(_cadence(known.cycle) if known else Cadence.UNKNOWN),
        has_customer=bool(customer),
    )
    product = known.product if known else row.offer
    return Charge(0, invoice, record[0].line, row, customer, product, verdict)


def _whose(row: Row, days: Days, known: Subscription | None) -> str:
    """Where the tenants name the subscription, the customer is theirs; else the row's own."""
    stays = known.stays() if known else []
    if known is None or not stays:
        return known.customer if known else row.customer
    names = [*dict.fromkeys([*(name for name, *_ in stays), row.customer, known.customer])]
    number = names.index
    found = whose_row(
        days,
        [Stay(number(name), first, last) for name, first, last in stays],
        number(known.customer),
        [number(row.customer)],
    )
    return "" if found.customer is None else names[found.customer]


def _cadence(cycle: str) -> Cadence:
    return Cadence.USAGE if cycle == "usage" else cadence_of(cycle)


def _record(line: int, row: Row) -> InvoiceRow:
    return InvoiceRow(
        line=line,
        subscription_id=row.subscription,
        product_name=row.offer or PRODUCT,
        start=row.start,
        end=row.end,
        quantity=row.seats,
        unit_cost=row.cost,
        unit_retail=row.retail,
        ratio=row.ratio,
        cost=row.cost_amount,
        retail=row.retail_amount,
        recurring=row.ratio == 1,
        raw={},
        customer_name=row.customer,
        description=row.text,
        term=row.term,
        billing_cycle=row.cycle,
        cadence=Cadence.USAGE if row.cycle == "usage" else cadence_of_row(row.cycle, row.term),
        term_months=months_of_term(row.term),
    )
