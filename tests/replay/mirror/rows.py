"""From a record's invoices to charges: whose they are, what they are, and which invoices count."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from connectors.records import Cadence, InvoiceRow
from connectors.registry import get_source
from money.classifying import Amount, Classified, classify, find_prorations
from money.enums import Kind
from money.facts import ChargeFact
from tests.replay import form
from tests.replay.mirror.products import Catalogue

EIGHT, TWELVE = Decimal("1E-8"), Decimal("1E-12")  # digits that the database keeps of amounts, and of a ratio


@dataclass(slots=True)
class Subscription:
    """A subscription with its customer's place in the record; None while nobody knows whose it is."""

    pk: int | None
    ref: str = ""
    customer: int | None = None
    product_ref: str = ""
    term: str = ""
    billing_cycle: str = ""
    cadence: Cadence = Cadence.UNKNOWN


@dataclass(frozen=True, slots=True)
class Charge:
    """One row of an invoice, classified."""

    fact: ChargeFact
    invoice: int  # its place in the record, from 1
    ref: str
    subscription: int | None
    customer: int | None
    kind: Kind
    motion: str
    period: str
    product: int | None
    problem: str

    @property
    def takes_back(self) -> bool:
        """``invoices.overlaps.IS_NEGATIVE``."""
        return self.fact.cost < 0 or self.fact.retail < 0 or self.fact.quantity < 0

    @property
    def key(self) -> tuple[int, str, str]:
        """Subscription, motion and period."""
        return self.subscription or 0, self.motion, self.period


@dataclass(slots=True)
class Imported:
    """Everything that the import of a record's invoices comes to. Places count from 1."""

    charges: list[Charge] = field(default_factory=list)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)  # by id in lower case
    states: dict[int, str] = field(default_factory=dict)  # invoice -> counted, held, replaced or past
    months: dict[int, str] = field(default_factory=dict)  # invoice -> "2026-09"
    ids: dict[int, str] = field(default_factory=dict)  # invoice -> the source's id
    repeats: dict[int, list[int]] = field(default_factory=dict)  # held invoice -> those that it repeats

    def of(self, invoice: int) -> list[Charge]:
        """The charges of one invoice."""
        return [charge for charge in self.charges if charge.invoice == invoice]

    @property
    def countable(self) -> list[Charge]:
        """``syncs.facts.periods.countable_invoices``: the charges that are to be billed."""
        return [charge for charge in self.charges if self.states[charge.invoice] == "counted"]


def import_invoices(record: form.Record, catalogue: Catalogue) -> Imported:
    """``invoices.importing``, ``storing`` and ``directory``, of all invoices in their order."""
    known = _known_subscriptions(record.source.tenants)
    done = Imported(subscriptions=known)
    names = _Directory(record.source.tenants)
    for place, invoice in enumerate(record.source.invoices, 1):
        rows = _read_rows(record.program.source, invoice)
        _learn_subscriptions(known, rows, names)
        prorations = _prorations(rows)
        verdicts = ((row, *_classify(row, known, names, prorations)) for row in rows)
        charges = [
            _charge(row, len(done.charges) + n, place, invoice, subscription, customer, verdict, catalogue)
            for n, (row, subscription, customer, verdict) in enumerate(verdicts, 1)
        ]
        done.months[place], done.ids[place] = invoice.month, invoice.id
        _settle_state(done, place, invoice, charges)
    return done


def _read_rows(system: str, invoice: form.Invoice) -> list[InvoiceRow]:
    read_row = get_source(system).read_row
    return [read_row(line, raw) for line, raw in invoice.raw_rows().items()]


def _known_subscriptions(tenants: Iterable[form.Tenant]) -> dict[str, Subscription]:
    known: dict[str, Subscription] = {}
    for place, tenant in enumerate(tenants, 1):
        for said in tenant.subscriptions:
            ref = said.id.lower()
            known[ref] = Subscription(
                len(known) + 1, ref, place, said.product, said.term, said.billing_cycle, Cadence(said.cadence)
            )
    return known


class _Directory:
    """``invoices.directory.CustomerDirectory``: the customer of a row's domain, else of its name."""

    def __init__(self, tenants: Iterable[form.Tenant]) -> None:
        placed = list(enumerate(tenants, 1))
        self._domains = _unique((tenant.domain.casefold(), place, tenant.active) for place, tenant in placed)
        self._names = _unique((_plain(tenant.name), place, tenant.active) for place, tenant in placed)

    def find(self, domain: str, name: str) -> int | None:
        return self._domains.get(domain.strip().casefold()) or self._names.get(_plain(name))


def _unique(entries: Iterable[tuple[str, int, bool]]) -> dict[str, int]:
    found = list(entries)
    alive = Counter(word for word, _, active in found if active)
    every = Counter(word for word, _, _ in found)
    return {word: place for word, place, on in found if word and (every[word] == 1 or (on and alive[word] == 1))}


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _by_ref(rows: Iterable[InvoiceRow]) -> Iterator[tuple[str, list[InvoiceRow]]]:
    grouped: dict[str, list[InvoiceRow]] = defaultdict(list)
    for row in rows:
        grouped[row.subscription_id.strip().lower()].append(row)
    return ((ref, group) for ref, group in grouped.items() if ref)


def _learn_subscriptions(known: dict[str, Subscription], rows: Iterable[InvoiceRow], names: _Directory) -> None:
    """``invoices.directory.resolve_subscriptions``, of subscriptions that nobody knew before."""
    for ref, group in _by_ref(rows):
        customer = None if ref in known else _whose(group, names)
        if customer is not None:
            known[ref] = Subscription(len(known) + 1, ref, customer)


def _whose(rows: list[InvoiceRow], names: _Directory) -> int | None:
    domains, customers = [row.domain for row in rows], [row.customer_name for row in rows]
    return names.find(next(filter(None, domains), ""), next(filter(None, customers), ""))


def _prorations(rows: Iterable[InvoiceRow]) -> frozenset[int]:
    return frozenset[int]().union(*(find_prorations(map(Amount.of, group)) for _, group in _by_ref(rows)))


def _classify(
    row: InvoiceRow, known: Mapping[str, Subscription], names: _Directory, prorations: frozenset[int]
) -> tuple[Subscription, int | None, Classified]:
    """``invoices.storing.Classifier``."""
    ref = row.subscription_id.strip().lower()
    subscription = known.get(ref, Subscription(None))
    customer = subscription.customer or (None if ref else names.find(row.domain, row.customer_name))
    verdict = classify(
        row,
        cadence=subscription.cadence,
        has_customer=customer is not None,
        is_proration=row.line in prorations,
    )
    return subscription, customer, verdict


def _charge(
    row: InvoiceRow,
    pk: int,
    place: int,
    invoice: form.Invoice,
    subscription: Subscription,
    customer: int | None,
    verdict: Classified,
    catalogue: Catalogue,
) -> Charge:
    product, problem = None, verdict.problem
    if verdict.kind != Kind.UNKNOWN:
        product, problem = catalogue.find(row, subscription)
    fact = ChargeFact(
        pk=pk,
        invoice_id=place,
        invoice_number=invoice.number,
        line=row.line,
        start=row.start.astimezone(dt.UTC),
        end=row.end.astimezone(dt.UTC),
        quantity=row.quantity.quantize(EIGHT),
        unit_cost=row.unit_cost.quantize(EIGHT),
        unit_retail=row.unit_retail.quantize(EIGHT),
        ratio=row.ratio.quantize(TWELVE),
        cost=row.cost.quantize(EIGHT),
        retail=row.retail.quantize(EIGHT),
        credit=verdict.kind == Kind.CREDIT,
    )
    return Charge(
        fact=fact,
        invoice=place,
        ref=row.subscription_id.strip().lower(),
        subscription=subscription.pk,
        customer=customer,
        kind=verdict.kind,
        motion=verdict.motion or "",
        period=verdict.period,
        product=product,
        problem=problem,
    )


# --- Which invoices count -------------------------------------------------------------------------


def _settle_state(done: Imported, place: int, invoice: form.Invoice, charges: list[Charge]) -> None:
    """``invoices.overlaps.hold_if_overlapping`` of a new invoice; of the others what became of them."""
    counted = [one for one in done.charges if done.states[one.invoice] in ("counted", "past") and one.ref]
    again = {one.invoice for one in _charged_again(charges, counted)}
    mirrored = {theirs.invoice for _, theirs in _mirrored(charges, counted)} if again or _takes_back(charges) else set()
    done.repeats[place] = sorted(again | mirrored)
    done.states[place] = _state(invoice, repeats=bool(again | mirrored))
    if invoice.answer == "adds" and mirrored:
        charges = _take_back_mirrored(charges, counted)
    done.charges += charges


def _state(invoice: form.Invoice, *, repeats: bool) -> str:
    if invoice.state != "new":
        return invoice.state
    return "held" if repeats else "counted"


def _charged_again(charges: Iterable[Charge], counted: Iterable[Charge]) -> list[Charge]:
    """``invoices.overlaps.charged_again_by``."""
    own = {(one.ref, one.period) for one in charges if one.ref and not one.takes_back}
    return [one for one in counted if not one.takes_back and (one.ref, one.period) in own]


def _mirrored(charges: Iterable[Charge], counted: Iterable[Charge]) -> list[tuple[Charge, Charge]]:
    """``invoices.overlaps.mirrored_by``: each negative row with the rows that it takes back exactly."""
    negative = [one for one in charges if one.takes_back and one.ref and (one.fact.cost or one.fact.retail)]
    return [(one, other) for one in negative for other in counted if _mirror_of(one) == _as_it_is(other)]


def _as_it_is(charge: Charge) -> tuple[object, ...]:
    fact = charge.fact
    return charge.ref, charge.period, fact.start, fact.end, fact.cost, fact.retail


def _mirror_of(charge: Charge) -> tuple[object, ...]:
    fact = charge.fact
    return charge.ref, charge.period, fact.start, fact.end, -fact.cost, -fact.retail


def _takes_back(charges: list[Charge]) -> bool:
    return bool(charges) and all(one.takes_back for one in charges)


def _take_back_mirrored(charges: list[Charge], counted: list[Charge]) -> list[Charge]:
    """``invoices.services.decide_overlap``: the rows of a reversal that adds take back what it mirrors."""
    lines = {one.fact.line for one, _ in _mirrored(charges, counted)}
    return [
        replace(one, kind=Kind.PRORATION, fact=replace(one.fact, credit=False))
        if one.fact.line in lines and one.kind == Kind.CREDIT
        else one
        for one in charges
    ]
