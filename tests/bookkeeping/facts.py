"""What planning is told, from the books: it chooses rows as the product's loading does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.bookkeeping.charges import MOTIONS, WORDS, Charge
from tests.bookkeeping.ledger import Key, Ledger
from tests.bookkeeping.product import (
    ChargeFact,
    InvoiceTemplate,
    LineState,
    MappingFact,
    MappingFacts,
    Months,
    Motion,
    OwnLine,
    PeriodFact,
    Posted,
    ProductFact,
    Rules,
    begins_with,
    find_mark,
    tell_current,
)
from tests.bookkeeping.regular import months_of
from tests.bookkeeping.source import Product, Source
from tests.bookkeeping.target import Target

PeriodKey = tuple[str, str, str]  # subscription, motion, period


@dataclass(slots=True)
class Mapping:
    """Customer x motion -> template. ``pricing``: cost and retail, only cost, or only quantity."""

    number: int
    customer: str
    motion: str
    template_id: str
    pricing: str = "cost and retail"
    mapped: bool = True
    sync_on: bool = True
    first_month: str = ""  # from which it bills; "" until it was planned
    trouble: str = ""

    @property
    def active(self) -> bool:
        """It is there, and its sync is on."""
        return self.mapped and self.sync_on

    def switch(self, *, on: bool) -> None:
        """Sync on or off; one that is off forgets where it began."""
        self.sync_on = on
        self.first_month = self.first_month if on else ""


@dataclass(slots=True)
class Numbers:
    """Our numbers for names, in the order in which they first come up; the first one is 1."""

    known: dict[str, int] = field(default_factory=dict)

    def of(self, name: str) -> int:
        """The number of a name."""
        return self.known.setdefault(name, len(self.known) + 1)

    def name(self, number: int) -> str:
        """The name of a number."""
        return next(name for name, known in self.known.items() if known == number)


@dataclass(slots=True)
class Told:
    """All that the facts of the mappings are made of."""

    source: Source
    target: Target
    ledger: Ledger
    charges: list[Charge]
    rules: Rules
    subscriptions: Numbers
    customers: Numbers
    months: Months = field(init=False)
    newest: str = field(init=False)  # the newest regular month, else that of the newest counted invoice

    def __post_init__(self) -> None:
        numbers = {"subscription": self.subscriptions, "customer": self.customers}
        self.months = months_of(self.charges, self.ledger, numbers)
        invoices = [one.month for one in self.source.invoices if one.state == "counted"]
        cancelled = [one.month for one in self.source.invoices if one.state == "reversed"]
        self.newest = self.months.regular or max(invoices, default=max(cancelled, default=""))


def facts_of(told: Told, mappings: Iterable[Mapping]) -> list[MappingFacts]:
    """Facts of the mappings that sync; there are none before the first invoice."""
    active = [mapping for mapping in mappings if mapping.active] if told.newest else []
    known = told.ledger.known_lines()
    carried, ahead = told.ledger.carried(told.target), told.ledger.ahead(told.target)
    own_at = {mapping.number: _own_lines(told, known, mapping) for mapping in active}
    for mapping in active:
        mapping.first_month = mapping.first_month or begins_with(told.newest, own_at[mapping.number], ahead)
    periods = _periods(told, active)
    templates = {number: record for number in told.target.templates if (record := told.target.record(number))}
    ours = {own.line_id for own in known if own.state is LineState.STANDING}
    uncertain = frozenset(map(told.subscriptions.of, _uncertain(told)))
    posted_at = _posted_by_place(told)
    facts = []
    for mapping in active:
        place = told.customers.of(mapping.customer), MOTIONS[mapping.motion]
        template = templates.get(mapping.template_id)
        posted = tuple(posted_at[place])
        facts.append(
            MappingFacts(
                mapping=_mapping_fact(told, mapping),
                template=template,
                periods=tuple(periods[mapping.number]),
                newest=told.newest,
                gone=frozenset(one.holder.subscription for one in told.months.gone if one.holder.customer == place[0]),
                elsewhere=frozenset(one.holder.subscription for one in told.months.gone if one.elsewhere),
                own_lines=own_at[mapping.number],
                posted=posted,
                foreign_ids=_foreign_ids(template, ours),
                other_templates=templates,
                carried=carried,
                ahead=ahead,
                uncertain=uncertain,
                choices=dict(told.ledger.choices),
                rules=told.rules,
                first=not posted,
            )
        )
    return facts


def _own_lines(told: Told, known: Iterable[OwnLine], mapping: Mapping) -> tuple[OwnLine, ...]:
    place = told.customers.of(mapping.customer), MOTIONS[mapping.motion]
    return tuple(own for own in known if (own.customer_id, own.motion) == place)


def _posted_by_place(told: Told) -> dict[tuple[int, str], list[Posted]]:
    """By customer and motion, what was posted: a corrected invoice may charge another customer for it."""
    owners = _owners(told)
    found: dict[tuple[int, str], list[Posted]] = defaultdict(list)
    for key, kept in told.ledger.kept.items():
        found[owners.get(key, kept.customer_id), key[1]].append(kept.posted)
    return found


def _foreign_ids(template: InvoiceTemplate | None, ours: set[str]) -> frozenset[str]:
    lines = template.lines if template else ()
    return frozenset(line.line_id for line in lines if line.line_id not in ours and not find_mark(line.description))


def _mapping_fact(told: Told, mapping: Mapping) -> MappingFact:
    customer = told.customers.of(mapping.customer)
    return MappingFact(
        mapping_id=mapping.number,
        customer_id=customer,
        customer=mapping.customer,
        motion=MOTIONS[mapping.motion],
        template_id=mapping.template_id,
        target_customer_id=str(100 + customer),
        sync_cost=mapping.pricing != "only quantity",
        sync_retail=mapping.pricing == "cost and retail",
        trouble=mapping.trouble and f"Trouble with the {mapping.trouble}.",
        trouble_code=mapping.trouble,
    )


# --- Periods --------------------------------------------------------------------------------------


def _periods(told: Told, mappings: list[Mapping]) -> dict[int, list[PeriodFact]]:
    """By mapping: what is charged, and what was posted and is charged no more."""
    first = {(mapping.customer, mapping.motion): mapping for mapping in mappings}
    groups: dict[PeriodKey, list[Charge]] = defaultdict(list)
    for charge in told.charges:
        mapping = first.get((charge.customer, charge.motion))
        if charge.counts and mapping and charge.invoice.month >= mapping.first_month:
            groups[charge.row.subscription, charge.motion, charge.verdict.period].append(charge)
    by_place: dict[tuple[str, str, str], list[PeriodFact]] = defaultdict(list)
    for key, charges in groups.items():
        by_place[charges[0].customer, key[1], key[0]].append(_period_fact(told, key, charges))
    facts: dict[int, list[PeriodFact]] = defaultdict(list)
    for place, periods in by_place.items():
        number = told.customers.of(place[0])
        facts[first[place[:2]].number] += tell_current(
            periods, _known(told, place), told.months, number, monthly=place[1] == "monthly"
        )
    for key, customer in _withdrawn(told, groups):
        if (customer, key[1]) in first:
            facts[first[customer, key[1]].number].append(_period_fact(told, key, []))
    return facts


def _known(told: Told, place: tuple[str, str, str]) -> list[ChargeFact]:
    """All rows that count of a customer's subscription and motion."""
    counted = (one for one in told.charges if one.counts)
    return [_charge_fact(told, one) for one in counted if (one.customer, one.motion, one.row.subscription) == place]


def _withdrawn(told: Told, groups: dict[PeriodKey, list[Charge]]) -> list[tuple[PeriodKey, str]]:
    """Periods that were planned and whose rows count no more, each with its customer."""
    keys = {
        (told.subscriptions.name(subscription), WORDS[Motion(motion)], period): told.customers.name(kept.customer_id)
        for (subscription, motion, period), kept in told.ledger.kept.items()
        if kept.rows[0]
    }
    charged = {(c.row.subscription, c.motion, c.verdict.period) for c in told.charges if c.counts}
    return [(key, customer) for key, customer in keys.items() if key not in charged and key not in groups]


def _period_fact(told: Told, key: PeriodKey, charges: list[Charge]) -> PeriodFact:
    subscription, _, period = key
    name = charges[-1].product if charges else _product_of(told, subscription)
    product = told.source.product(name)
    return PeriodFact(
        subscription_id=told.subscriptions.of(subscription),
        subscription=subscription,
        period=period,
        charges=tuple(_charge_fact(told, charge) for charge in charges),
        product=None if product.problem else _product_fact(product),
        problem=product.problem,
        reversed_by=_reversed_by(told, key),
    )


def _reversed_by(told: Told, key: PeriodKey) -> str:
    """The number of the last invoice that takes back what one charged of the period."""
    rows = (one for one in told.charges if (one.row.subscription, one.motion, one.verdict.period) == key)
    return max(((one.invoice.place, one.invoice.number) for one in rows if one.invoice.takes_back), default=(0, ""))[1]


def _product_of(told: Told, subscription: str) -> str:
    return next(charge.product for charge in reversed(told.charges) if charge.row.subscription == subscription)


def _charge_fact(told: Told, charge: Charge) -> ChargeFact:
    row = charge.row
    return ChargeFact(
        pk=charge.number,
        invoice_id=told.source.invoices.index(charge.invoice) + 1,
        invoice_number=charge.invoice.number,
        line=charge.line,
        start=row.start,
        end=row.end,
        days=charge.verdict.days,
        month=charge.invoice.month,
        period="" if charge.credit else charge.verdict.period,
        quantity=row.seats,
        unit_cost=charge.verdict.unit.cost,
        unit_retail=charge.verdict.unit.retail,
        ratio=row.ratio,
        cost=row.cost_amount,
        retail=row.retail_amount,
        credit=charge.credit,
        one_time=charge.is_once,
    )


def _product_fact(product: Product) -> ProductFact:
    return ProductFact(
        product_id=product.number,
        key=product.name.lower(),
        name=product.name,
        cost=product.cost,
        retail=product.retail,
        target_id=product.target,
        taxable=product.taxed,
        superseded_ids=product.earlier,
    )


# --- Which subscriptions --------------------------------------------------------------------------


def _uncertain(told: Told) -> set[str]:
    """Those with rows of the newest month that are held or that nobody understands."""
    return {
        charge.row.subscription
        for charge in told.charges
        if charge.invoice.month >= told.newest
        and charge.invoice.state in ({"counted", "held"} if charge.is_unknown else {"held"})
    }


def _owners(told: Told) -> dict[Key, int]:
    """Whose the rows of a period are by now: a corrected invoice may charge another customer."""
    return {
        (told.subscriptions.of(c.row.subscription), MOTIONS[c.motion], c.verdict.period): told.customers.of(c.customer)
        for c in told.charges
        if c.counts
    }
