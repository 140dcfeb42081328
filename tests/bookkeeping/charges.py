"""From the rows of an invoice to charges, by the code that classifies them in the product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tests.bookkeeping.product import (
    Amount,
    Cadence,
    Classified,
    InvoiceRow,
    Kind,
    Motion,
    cadence_of,
    classify,
    find_prorations,
)
from tests.bookkeeping.source import PRODUCT, Invoice, Row, Source

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

    @property
    def motion(self) -> str:
        """``monthly``, ``azure`` or ``annual``, "" where it is unknown."""
        return WORDS[self.verdict.motion] if self.verdict.motion else ""

    @property
    def is_unknown(self) -> bool:
        """Kept and shown, never written."""
        return self.verdict.kind is Kind.UNKNOWN

    @property
    def counts(self) -> bool:
        """It is to be billed: of a counted invoice, and it fits a rule."""
        return self.invoice.state == "counted" and not self.is_unknown


def classify_invoice(source: Source, invoice: Invoice, first: int) -> list[Charge]:
    """The charges of an invoice as it is imported; ``first`` is the number of the first one."""
    by_subscription: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    for line, row in enumerate(invoice.rows, start=2):
        by_subscription[row.subscription].append((line, row))
    charges = [charge for rows in by_subscription.values() for charge in _charges(source, invoice, rows)]
    charges.sort(key=lambda charge: charge.line)
    for number, charge in enumerate(charges, start=first):
        charge.number = number
    return charges


def classify_again(source: Source, charges: Iterable[Charge]) -> None:
    """Look once more at the rows that nobody understood, with what the source says by now."""
    for charge in charges:
        if charge.is_unknown:
            rows = enumerate(charge.invoice.rows, start=2)
            same = [(line, row) for line, row in rows if row.subscription == charge.row.subscription]
            found = next(one for one in _charges(source, charge.invoice, same) if one.line == charge.line)
            charge.verdict, charge.customer, charge.product = found.verdict, found.customer, found.product


def _charges(source: Source, invoice: Invoice, rows: list[tuple[int, Row]]) -> list[Charge]:
    """Those of one subscription."""
    records = {line: _record(line, row) for line, row in rows}
    prorations = find_prorations(Amount.of(record) for record in records.values())
    return [_charge(source, invoice, row, records[line], is_proration=line in prorations) for line, row in rows]


def _charge(source: Source, invoice: Invoice, row: Row, record: InvoiceRow, *, is_proration: bool) -> Charge:
    known = source.subscription(row.subscription) if row.subscription else None
    customer = known.customer if known else row.customer
    verdict = classify(
        record,
        cadence=_cadence(known.cycle) if known else Cadence.UNKNOWN,
        has_customer=bool(customer),
        is_proration=is_proration,
    )
    product = known.product if known else row.offer
    return Charge(0, invoice, record.line, row, customer, product, verdict)


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
        cadence=_cadence(row.cycle),
    )
