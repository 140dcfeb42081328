"""From a record's invoices to charges: whose they are, what they are, and which invoices count."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from connectors.records import Cadence, InvoiceRow
from connectors.registry import get_source
from money.classifying import Classified, classify, days_of_row, is_negative
from money.days import Days
from money.enums import Kind, Motion, MotionCause
from money.facts import ChargeFact
from money.overlaps import Meeting, RowSeen, is_issued_again, mirrored_rows, repeated_rows, reverses, same_rows
from money.recognising import Background, EarlierCharge, evidence_of
from money.words import Money
from tests.replay import form
from tests.replay.mirror.products import Catalogue

CHARGED_TWICE = "Charged twice? Another invoice has this very row."  # ``invoices.overlaps.CHARGED_TWICE``
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
    cause: MotionCause | None = None
    set_aside: str = ""  # held alone

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
    reversals: dict[tuple[int, str, str], str] = field(default_factory=dict)  # number of what takes a period back
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
    from tests.replay.mirror.months import by_groups  # which is told of charges

    known = _known_subscriptions(record.source.tenants)
    done = Imported(subscriptions=known)
    names = _Directory(record.source.tenants)
    for place, invoice in enumerate(record.source.invoices, 1):
        rows = _read_rows(record.program.source, invoice)
        _learn_subscriptions(known, rows, names)
        verdicts = ((row, told, *_classify(row, known, names, told)) for row, told in _tell(done, rows))
        charges = [
            _charge(row, len(done.charges) + n, place, invoice, subscription, customer, verdict, told, catalogue)
            for n, (row, told, subscription, customer, verdict) in enumerate(verdicts, 1)
        ]
        done.months[place], done.ids[place] = invoice.month, invoice.id
        _settle_state(done, place, invoice, by_groups(done, charges))
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


@dataclass(frozen=True, slots=True)
class Told:
    """What a row's own invoice and those before it tell of its subscription (``invoices.history``)."""

    starts: frozenset[dt.datetime] = frozenset()
    taken_back: tuple[EarlierCharge, ...] = ()
    earlier: tuple[Charge, ...] = ()  # the newest last
    before: str = ""  # the motion on the newest earlier invoice
    cycles: tuple[Days, ...] = ()

    def on(self, day: dt.date) -> Charge | None:
        """What was charged of that day last."""
        found = (one for one in reversed(self.earlier) if one.fact.days.cover_day(day))
        return next(found, None)

    def product_on(self, verdict: Classified, *, takes_back: bool) -> int | None:
        """``invoices.directory.ProductFinder``: what the subscription was when the row began, where that is its own."""
        day, unit = verdict.days.first, verdict.unit
        same = (one for one in reversed(self.earlier) if one.motion == verdict.motion and one.fact.days.cover_day(day))
        earlier = next(same, None)
        return earlier.product if earlier and (takes_back or earlier.fact.unit == unit) else None

    def background(self, today: Cadence) -> Background:
        """As money is told it."""
        known = tuple(EarlierCharge(one.fact.days, Motion(one.motion)) for one in self.earlier)
        before = Motion(self.before) if self.before else None
        return Background(known, before, today, self.cycles, self.taken_back)


def _tell(done: Imported, rows: list[InvoiceRow]) -> Iterator[tuple[InvoiceRow, Told]]:
    """Each row with what is known of its subscription; in the order of the file."""
    told = {ref: _told(done, ref, group) for ref, group in _by_ref(rows)}
    return ((row, told.get(row.subscription_id.strip().lower(), Told())) for row in rows)


def _told(done: Imported, ref: str, rows: list[InvoiceRow]) -> Told:
    starts = frozenset(row.start for row in rows)
    negative = [row for row in rows if is_negative(row)]
    same = [one for one in done.charges if one.ref == ref and one.kind != Kind.UNKNOWN and not one.fact.one_time]
    newest = max(same, key=lambda one: (done.months[one.invoice], one.fact.days.last, one.fact.pk), default=None)
    months = [days for days in (days_of_row(row, starts) for row in rows) if days.months == 1]
    ending = [
        one.fact.days
        for one in same
        if newest and (one.invoice, one.fact.days.last) == (newest.invoice, newest.fact.days.last)
    ]
    return Told(
        starts=starts,
        taken_back=evidence_of((row, days_of_row(row, starts)) for row in negative),
        earlier=tuple(same),
        before=newest.motion if newest else "",
        cycles=(*sorted(ending)[:1], *months),
    )


def _classify(
    row: InvoiceRow, known: Mapping[str, Subscription], names: _Directory, told: Told
) -> tuple[Subscription, int | None, Classified]:
    """``invoices.storing.Classifier``."""
    ref = row.subscription_id.strip().lower()
    subscription = known.get(ref, Subscription(None))
    days = days_of_row(row, told.starts)
    earlier = told.on(days.first)
    customer = (earlier.customer if earlier else None) or subscription.customer
    customer = customer or (None if ref else names.find(row.domain, row.customer_name))
    verdict = classify(
        row,
        days=days,
        known=told.background(subscription.cadence),
        has_customer=customer is not None,
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
    told: Told,
    catalogue: Catalogue,
) -> Charge:
    product, problem = None, verdict.problem
    if verdict.kind != Kind.UNKNOWN:
        earlier = told.product_on(verdict, takes_back=is_negative(row))
        product, problem = (earlier, "") if earlier else catalogue.find(row, subscription)
    fact = ChargeFact(
        pk=pk,
        invoice_id=place,
        invoice_number=invoice.number,
        line=row.line,
        start=row.start.astimezone(dt.UTC),
        end=row.end.astimezone(dt.UTC),
        days=verdict.days,
        quantity=row.quantity.quantize(EIGHT),
        unit_cost=verdict.unit.cost.quantize(EIGHT),
        unit_retail=verdict.unit.retail.quantize(EIGHT),
        ratio=row.ratio.quantize(TWELVE),
        cost=row.cost.quantize(EIGHT),
        retail=row.retail.quantize(EIGHT),
        month=invoice.month,
        period=verdict.period,
        one_time=bool(verdict.cause and verdict.cause.once),
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
        cause=verdict.cause,
    )


# --- Which invoices count -------------------------------------------------------------------------


def _settle_state(done: Imported, place: int, invoice: form.Invoice, charges: list[Charge]) -> None:
    """``invoices.overlaps.settle_overlaps`` of a new invoice; of the others what became of them."""
    done.repeats[place] = []
    done.states[place] = invoice.state
    if invoice.state == "new":
        charges = _compare(done, place, charges)
    elif invoice.answer == "adds":
        charges = _take_back_mirrored(done, charges)
    done.charges += charges


def _compare(done: Imported, place: int, charges: list[Charge]) -> list[Charge]:
    mine = [_seen(one) for one in charges]
    others = {other: list(map(_seen, done.of(other))) for other in done.states}
    counted = _counted(done, place)
    original = _original(done, mine, others, counted)
    again = _mirrored(done, mine, others, counted) or _issued_again(mine, others, counted)
    done.states[place] = "counted"
    if original:
        done.states[place] = done.states[original] = "reversed"
        done.reversals.update({one.key: one.fact.invoice_number for one in charges})
    elif again:
        done.states[place], done.repeats[place] = "held", again
    else:
        return _hold_rows(charges, mine, [others[other] for other in counted])
    return charges


def _counted(done: Imported, place: int) -> list[int]:
    return [other for other, state in done.states.items() if state in ("counted", "past") and other != place]


def _original(done: Imported, mine: list[RowSeen], others: Mapping[int, list[RowSeen]], counted: list[int]) -> int:
    """``invoices.overlaps._find_original``; 0 where there is none."""
    says_something = any(row.positive or row.negative for row in mine)
    present = [other for other in counted if done.states[other] != "past" and others[other]]
    found = [other for other in present if says_something and reverses(mine, others[other])]
    return max(found, default=0)


def _mirrored(
    done: Imported, mine: list[RowSeen], others: Mapping[int, list[RowSeen]], counted: list[int]
) -> list[int]:
    """``invoices.overlaps._mirrored_invoice``."""
    if any(row.positive for row in mine):
        return []
    found = {other: len(mirrored_rows(mine, others[other])) for other in counted if done.states[other] != "past"}
    best = max(found, key=lambda other: (found[other], other), default=0)
    enough = best and found[best] and found[best] * 2 >= sum(row.negative for row in mine)
    return [best] if enough else []


def _issued_again(mine: list[RowSeen], others: Mapping[int, list[RowSeen]], counted: list[int]) -> list[int]:
    """``invoices.overlaps._issued_again``."""
    positive = [row for row in mine if row.positive]
    refs = {row.ref for row in positive}
    found = []
    for other in counted:
        repeated = [row for row in repeated_rows(mine, others[other]) if row.positive]
        several = len(refs) > 1 and len({row.ref for row in others[other] if row.positive}) > 1
        meeting = Meeting(len(repeated), {row.ref for row in repeated})
        if is_issued_again(meeting, positive_rows=len(positive), several=several):
            found.append(other)
    return found


def _hold_rows(charges: list[Charge], mine: list[RowSeen], others: Iterable[list[RowSeen]]) -> list[Charge]:
    """``invoices.overlaps._hold_rows``."""
    same = {row.pk for rows in others for row in same_rows(mine, rows)}
    held = {"kind": Kind.UNKNOWN, "problem": CHARGED_TWICE, "set_aside": "held"}
    return [replace(one, **held) if one.ref and one.fact.pk in same else one for one in charges]


def _take_back_mirrored(done: Imported, charges: list[Charge]) -> list[Charge]:
    """``invoices.services._settle_mirrors``: the rows of a reversal that adds take back what they mirror."""
    mine = [_seen(one) for one in charges]
    counted = [other for other, state in done.states.items() if state in ("counted", "past")]
    if any(row.positive for row in mine):
        return charges
    pks = {row.pk for other in counted for row in mirrored_rows(mine, map(_seen, done.of(other)))}
    return [
        replace(one, kind=Kind.PRORATION, fact=replace(one.fact, credit=""))
        if one.fact.pk in pks and one.kind == Kind.CREDIT
        else one
        for one in charges
    ]


def _seen(charge: Charge) -> RowSeen:
    fact = charge.fact
    return RowSeen(
        pk=fact.pk,
        ref=charge.ref,
        days=fact.days,
        quantity=fact.quantity,
        unit=fact.unit,
        amount=Money(fact.cost, fact.retail),
        usage=charge.motion == Motion.AZURE_PLAN,
    )
