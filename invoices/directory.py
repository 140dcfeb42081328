"""Whose a row is and what it charges: customers, subscriptions and products as we know them now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from django.db.models import Max
from django.utils import timezone

from connectors.records import Cadence, InvoiceRow, SourceSubscription
from customers.models import Customer, Subscription
from customers.subscriptions import keep_subscriptions, stays_of, subscription_values
from invoices.history import History
from invoices.reading import Profile
from money.classifying import Classified, is_negative
from money.recognising import EarlierCharge
from money.rows.owners import Stay
from money.words import Money
from products.matching import Match, ProductFacts, ProductIndex, SoughtProduct
from products.selectors import product_facts
from products.services import product_made_from_invoice

SEVERAL_PRODUCTS = "Could not find source product or multiple matches"

_BATCH = 2000  # subscriptions that are asked for at once

LookedUp = Mapping[str, SourceSubscription | None]


@dataclass(frozen=True, slots=True)
class KnownSubscription:
    """A subscription of an invoice; ``pk`` is None while nobody knows whose it is."""

    pk: int | None = None
    customer_id: int | None = None
    product_ref: str = ""
    term: str = ""
    billing_cycle: str = ""
    cadence: Cadence = Cadence.UNKNOWN
    stays: tuple[Stay, ...] = ()  # where it was seen, if it moved


NOBODYS = KnownSubscription()


def unlisted(connection_id: int, refs: Iterable[str], most: int) -> list[str]:
    """Which of these subscriptions the last list of tenants lacks, so many at most; those never seen come first."""
    refreshed = Customer.objects.filter(source_id=connection_id).aggregate(at=Max("last_seen_at"))["at"]
    unknown: list[str] = []
    passed_by: list[str] = []
    waiting = iter(refs)
    while len(unknown) < most and (some := list(islice(waiting, _BATCH))):
        rows = Subscription.objects.filter(source_id=connection_id, external_id__in=some)
        seen = dict(rows.values_list("external_id", "last_seen_at"))
        unknown += [ref for ref in some if ref not in seen]
        passed_by += [ref for ref in some if ref in seen and seen[ref] != refreshed][:most]
    return [*unknown, *passed_by][:most]


class CustomerDirectory:
    """Customers of one source by tenant, domain and name."""

    def __init__(self, connection_id: int) -> None:
        columns = ("pk", "external_id", "domain", "name", "active")
        rows = list(Customer.objects.filter(source_id=connection_id).values_list(*columns))
        self._tenants = {tenant: pk for pk, tenant, *_ in rows}
        self._domains = _unique((domain.casefold(), pk, active) for pk, _, domain, _, active in rows)
        self._names = _unique((_plain(name), pk, active) for pk, _, _, name, active in rows)

    def of_tenant(self, tenant_id: str) -> int | None:
        """The customer of a tenant's id."""
        return self._tenants.get(tenant_id.strip().lower())

    def by_words(self, domain: str, name: str) -> int | None:
        """The customer of a row's domain, else the only one of its name."""
        return self._domains.get(domain.strip().casefold()) or self._names.get(_plain(name))

    def named(self, domain: str, name: str) -> list[int]:
        """The customers of whom a row's words tell."""
        found = (self._domains.get(domain.strip().casefold()), self._names.get(_plain(name)))
        return [customer for customer in found if customer is not None]


def resolve_subscriptions(
    connection_id: int, profiles: Mapping[str, Profile], looked_up: LookedUp, customers: CustomerDirectory
) -> dict[str, KnownSubscription]:
    """Customer, product and cadence of each of some subscriptions of an invoice, by id in lower case.

    The tenants' list decides, else what the source answered when asked by id, else the copy of
    earlier reads, else the row's domain, else its customer's name. What is learned is stored.
    """
    stored = {
        row.external_id: row
        for row in Subscription.objects.filter(source_id=connection_id, external_id__in=list(profiles))
    }
    learned = {}
    for ref, profile in profiles.items():
        values = _learn(ref, profile, stored.get(ref), looked_up.get(ref), customers)
        if values is not None:
            learned[ref] = values
    stored |= keep_subscriptions(connection_id, learned, timezone.now())
    return {ref: _known(row) for ref, row in stored.items()}


@dataclass(slots=True)
class ProductFinder:
    """Products of one source; makes those that no price list has."""

    connection_id: int
    index: ProductIndex = field(init=False)
    _found: dict[SoughtProduct, Match] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.index = ProductIndex(product_facts(self.connection_id))

    def find(
        self, row: InvoiceRow, subscription: KnownSubscription, verdict: Classified, history: History
    ) -> tuple[int | None, str]:
        """The product's id; without one, why.

        What the subscription was when the row began, where an earlier charge of its motion or the row's offer
        name says so, else what it is today.
        """
        earlier = history.charge_on(verdict.days.first, verdict.motion)
        if earlier is not None and earlier.product_id is not None and _is_of(row, verdict, earlier):
            return earlier.product_id, ""
        return self._find_today(row, subscription)

    def _find_today(self, row: InvoiceRow, subscription: KnownSubscription) -> tuple[int | None, str]:
        wanted = SoughtProduct(
            ref=subscription.product_ref,
            name=row.product_name,
            terms=(subscription.term, row.term),
            cycles=(subscription.billing_cycle, row.billing_cycle),
        )
        match = self._found.get(wanted)
        if match is None:
            match = self._found[wanted] = self.index.find(wanted)
        if match.product is None and not match.rivals:
            match = self._found[wanted] = Match(self._make(wanted, row, subscription))
        if match.product is not None:
            return match.product.pk, ""
        names = ", ".join(dict.fromkeys(f"“{rival.name}” ({rival.key})" for rival in match.rivals))
        return None, f"{SEVERAL_PRODUCTS}: {names}"

    def _make(self, wanted: SoughtProduct, row: InvoiceRow, subscription: KnownSubscription) -> ProductFacts:
        term = next((text for text in wanted.terms if text.strip()), "")
        cycle = next((text for text in wanted.cycles if text.strip()), "")
        made = product_made_from_invoice(
            self.connection_id,
            sku=wanted.sku,
            name=row.product_name,
            term=term,
            billing_cycle=cycle,
            cadence=str(subscription.cadence or row.cadence),
            cost=row.unit_cost,
            retail=row.unit_retail,
        )
        facts = ProductFacts(
            made.pk, made.key, "", made.sku, made.name, made.term, made.billing_cycle, in_price_list=False
        )
        self.index.add(facts)
        return facts


def _is_of(row: InvoiceRow, verdict: Classified, earlier: EarlierCharge) -> bool:
    """Whether a row belongs to what was charged before: it takes back, or a unit has the same price."""
    same = verdict.unit == Money(earlier.unit_cost, earlier.unit_retail)
    return same or is_negative(row)


def _learn(
    ref: str,
    profile: Profile,
    stored: Subscription | None,
    answer: SourceSubscription | None,
    customers: CustomerDirectory,
) -> dict[str, object] | None:
    """Columns to store of a subscription, None where nothing was learned."""
    tenant = customers.of_tenant(answer.tenant_id) if answer else None
    known = tenant or (stored.customer_id if stored else None)
    customer_id = known or customers.by_words(profile.domain, profile.customer_name)
    if customer_id is None and stored is None:
        return None
    if answer is not None:
        return subscription_values(answer, customer_id) | {"external_id": ref}
    return {"external_id": ref, "customer_id": customer_id}


def _known(row: Subscription) -> KnownSubscription:
    cadence = Cadence(row.cadence)
    known = KnownSubscription(row.pk, row.customer_id, row.product_ref, row.term, row.billing_cycle, cadence)
    return replace(known, stays=stays_of(row))


def _unique(entries: Iterable[tuple[str, int, bool]]) -> dict[str, int]:
    """Ids by word, of the words that only one customer has.

    A domain or name that moved on to another tenant belongs to the only one that is active.
    """
    found = list(entries)
    alive = Counter(word for word, _, active in found if active)
    all_of = Counter(word for word, _, _ in found)
    return {word: pk for word, pk, active in found if word and (all_of[word] == 1 or (active and alive[word] == 1))}


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
