"""What became of every cent of the invoices, read from the rows and from the product's ledger.

``charged = billed + synced + rounding + held + excluded + not mapped + unknown + failed - rules``
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bookkeeping.books import Books
from tests.bookkeeping.charges import WORDS, Charge
from tests.bookkeeping.ledger import Kept, Key
from tests.bookkeeping.product import Motion, PartState, PostingPart
from tests.bookkeeping.target import NOTHING, Amount, add_up

NOT_PLANNED = "Not planned yet"
BUCKETS = ("billed", "synced", "rules", "rounding", "held", "excluded", "not mapped", "unknown", "failed")
_BUCKET_OF = {
    PartState.BILLED: "billed",
    PartState.SYNCED: "synced",
    PartState.HELD: "held",
    PartState.EXCLUDED: "excluded",
    PartState.FAILED: "failed",
    PartState.PLANNED: "failed",  # not, or not certainly, written
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An amount of the source in one bucket; ``rules`` count against what was written."""

    period: str
    customer: str
    motion: str
    bucket: str
    amount: Amount
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """What the source charges, as it is charged and as it is accounted for."""

    charged: tuple[Entry, ...]
    accounted: tuple[Entry, ...]

    def of(self, name: str) -> Account:
        """The part of one period, customer or motion."""

        def belongs(entry: Entry) -> bool:
            return name in (entry.period, entry.customer, entry.motion)

        return Account(tuple(filter(belongs, self.charged)), tuple(filter(belongs, self.accounted)))

    @property
    def total(self) -> Amount:
        """What the rows charge."""
        return add_up(entry.amount for entry in self.charged)

    def sums(self) -> dict[str, Amount]:
        """By bucket."""
        return {name: add_up(e.amount for e in self.accounted if e.bucket == name) for name in BUCKETS}

    def reasons(self, bucket: str) -> list[str]:
        """Why money is in that bucket, each reason once."""
        found = {entry.reason for entry in self.accounted if entry.bucket == bucket and entry.amount != NOTHING}
        return sorted(found - {""})

    def difference(self) -> Amount:
        """What the buckets come to more than was charged: nothing, on both sides."""
        sums = self.sums()
        parts = [minus(amount) if name == "rules" else amount for name, amount in sums.items()]
        return add_up([*parts, minus(self.total)])


def minus(amount: Amount) -> Amount:
    """The amount taken off."""
    return -amount[0], -amount[1]


def take_account(books: Books) -> Account:
    """The account of all invoices together."""
    charged = tuple(_entry(charge, "") for charge in books.charges)
    return Account(charged, (*_not_planned(books), *_planned(books)))


def _entry(charge: Charge, bucket: str, reason: str = "") -> Entry:
    amount = charge.row.cost_amount, charge.row.retail_amount
    return Entry(charge.verdict.period, charge.customer, charge.motion, bucket, amount, reason)


def _not_planned(books: Books) -> Iterator[Entry]:
    """Rows that planning is not told of."""
    kept = _kept(books)
    for charge in books.charges:
        state = charge.invoice.state
        if state != "counted":
            yield _entry(charge, "held" if state == "held" else "excluded")
        elif charge.is_unknown:
            yield _entry(charge, "unknown", charge.verdict.problem)
        elif (charge.row.subscription, charge.motion, charge.verdict.period) not in kept:
            bucket = _bucket_without_plan(books, charge)
            yield _entry(charge, bucket, NOT_PLANNED if bucket == "held" else "")


def _bucket_without_plan(books: Books, charge: Charge) -> str:
    mapping = books.mapping(charge.customer, charge.motion)
    if not mapping.mapped or charge.invoice.month < mapping.first_month:
        return "not mapped"
    return "held" if mapping.sync_on else "excluded"


def _planned(books: Books) -> Iterator[Entry]:
    rows: dict[tuple[str, str, str], list[Charge]] = defaultdict(list)
    for charge in books.charges:
        if charge.counts:
            rows[charge.row.subscription, charge.motion, charge.verdict.period].append(charge)
    for (subscription, motion, period), kept in _kept(books).items():
        customer = books.customers.name(kept.customer_id)
        charges = rows[subscription, motion, period]
        for bucket, amount, reason in [*_of_posting(kept), _not_planned_yet(kept, charges)]:
            yield Entry(period, customer, motion, bucket, amount, reason)


def _kept(books: Books) -> dict[tuple[str, str, str], Kept]:
    return {_named(books, key): kept for key, kept in books.ledger.kept.items()}


def _named(books: Books, key: Key) -> tuple[str, str, str]:
    subscription, motion, period = key
    return books.subscriptions.name(subscription), WORDS[Motion(motion)], period


def _of_posting(kept: Kept) -> Iterator[tuple[str, Amount, str]]:
    posted = kept.posted
    yield "rounding", (posted.rounding_cost, posted.rounding_retail), ""
    for part in posted.parts:
        yield from _of_part(part)


def _of_part(part: PostingPart) -> Iterator[tuple[str, Amount, str]]:
    bucket, amount = _BUCKET_OF[part.state], (part.cost, part.retail)
    rules = part.rules_cost, part.rules_retail
    if bucket in ("billed", "synced"):
        yield "rules", rules, ""
    else:  # what is not written counts with the source's own amount
        amount = add_up([amount, minus(rules)])
    yield bucket, amount, part.reason


def _not_planned_yet(kept: Kept, charges: list[Charge]) -> tuple[str, Amount, str]:
    """What rows charge that came, or went, after the period was planned."""
    now = add_up((charge.row.cost_amount, charge.row.retail_amount) for charge in charges)
    if kept.rows == (len(charges), now):
        return "held", NOTHING, NOT_PLANNED
    accounted = [minus(amount) if name == "rules" else amount for name, amount, _ in _of_posting(kept)]
    return "held", add_up([now, minus(add_up(accounted))]), NOT_PLANNED
