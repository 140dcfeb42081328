"""Reads of customers, mappings and the target's copy that deserve a name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from core.searching import ids_matching, one_of
from customers.matching import Matcher, Suggestion
from customers.models import Customer, Mapping, TargetCustomer, Template
from money.enums import Motion
from programs.models import Program


class MappedTo(NamedTuple):
    """What a list shows of a mapping: where to, and what became of that; by the target's ids."""

    pk: int
    sync_on: bool
    pricing: str
    customer_id: int
    customer: str
    customer_gone: bool
    template_id: int
    template: str
    template_gone: bool
    template_paused: bool
    target_customer_pk: int
    template_pk: int

    @property
    def values(self) -> dict[str, Any]:
        """As ``customers.services.mapping_values`` tells them of the mapping itself."""
        places = {"target_customer": self.target_customer_pk, "template": self.template_pk}
        return {**places, "pricing": self.pricing, "sync_on": self.sync_on}


_MAPPED_TO = (
    "pk",
    "sync_on",
    "pricing",
    "target_customer__external_id",
    "target_customer__name",
    "target_customer__gone",
    "template__external_id",
    "template__name",
    "template__gone",
    "template__paused",
    "target_customer_id",
    "template_id",
)


def customer_contains(text: str, path: str = "") -> Q:
    """The condition behind every search box over customers; ``path`` leads to the customer.

    They are known by their own names, and by those of the target's customers that they are mapped to.
    """
    words = text.strip()
    return Q(**{f"{path}pk__in": RawSQL(_NAMED, [words, words])})  # noqa: S611  # no word of it is typed  # nosec B611


_NAMED = """SELECT matching_customers(%s) UNION SELECT customer_id FROM customers_mapping
    WHERE target_customer_id IN (SELECT matching_target_customers(%s))"""


def choosable_target_customers(program: Program, text: str = "") -> QuerySet[TargetCustomer]:
    """Customers of the target that can be mapped to, by name."""
    found = TargetCustomer.objects.filter(target_id=program.target_id, gone=False).order_by("name", "external_id")
    return found.filter(pk__in=ids_matching("matching_target_customers", text)) if text.strip() else found


def templates_of(target_customer: TargetCustomer) -> QuerySet[Template]:
    """The invoice templates of one customer of the target, by name."""
    return Template.objects.filter(
        target_id=target_customer.target_id, customer_external_id=target_customer.external_id, gone=False
    ).order_by("name", "external_id")


def suggestions_for(program: Program, customer: Customer, *, limit: int = 5) -> list[Suggestion]:
    """Likely customers of the target for one of the source; ``candidate`` is a ``TargetCustomer``."""
    rows = _suggestible(program)
    found = _matcher_of(rows).suggest(customer, limit=limit)
    owners = rows.in_bulk([_pk_of(suggestion) for suggestion in found])  # none who went just now
    return [replace(each, candidate=owners[pk]) for each in found if (pk := _pk_of(each)) in owners]


def best_suggestions(program: Program, customers: Iterable[Customer]) -> dict[int, Suggestion]:
    """The likeliest customer of the target for each that has one, by id. Three queries, however many they are.

    Where another motion of the customer is mapped already, that is the likeliest.
    """
    wanted = list(customers)
    found: dict[int, Suggestion] = {}
    mappings = Mapping.objects.filter(program=program, customer__in=[customer.pk for customer in wanted])
    for mapping in mappings.select_related("target_customer").order_by("pk"):
        owner = mapping.target_customer
        if not owner.gone and not owner.disabled:
            reason = f"mapped there for {Motion(mapping.motion).label}"
            found.setdefault(mapping.customer_id, Suggestion(owner, 100, (reason,)))
    rows = _suggestible(program)
    matcher = _matcher_of(rows)
    close = {
        customer.pk: best[0]
        for customer in wanted
        if customer.pk not in found and (best := matcher.suggest(customer, limit=1))
    }
    owners = rows.in_bulk([_pk_of(best) for best in close.values()])
    return found | {
        pk: replace(best, candidate=owners[_pk_of(best)]) for pk, best in close.items() if _pk_of(best) in owners
    }


class _Candidate(NamedTuple):
    """What a comparison needs of a customer of the target."""

    pk: int
    name: str
    email: str


def _pk_of(suggestion: Suggestion) -> int:
    assert isinstance(suggestion.candidate, _Candidate)
    return suggestion.candidate.pk


def _suggestible(program: Program) -> QuerySet[TargetCustomer]:
    return TargetCustomer.objects.filter(target_id=program.target_id, gone=False, disabled=False)


def _matcher_of(rows: QuerySet[TargetCustomer]) -> Matcher:
    """One query, for what a comparison needs of each: with thousands, whole rows take long."""
    return _matcher(tuple(rows.order_by("pk").values_list("pk", "name", "email")))


@lru_cache(maxsize=4)
def _matcher(candidates: tuple[tuple[int, str, str], ...]) -> Matcher:
    """Kept while the candidates are the same ones: somebody who maps opens one dialog after the other."""
    return Matcher(_Candidate(*values) for values in candidates)


def mappings_of(program: Program, customer_ids: Iterable[int] | None = None) -> QuerySet[Mapping]:
    """Mappings of the program with everything that a list shows, in one query."""
    found = Mapping.objects.filter(program=program).select_related("customer", "target_customer", "template")
    return found if customer_ids is None else found.filter(customer_id__in=list(customer_ids))


def describe_mappings(ids: Collection[int]) -> dict[int, MappedTo]:
    """These mappings as a list shows them, by id. One query, none without ids; whole rows would take twice as long."""
    if not ids:
        return {}
    rows = Mapping.objects.filter(pk__in=one_of(ids)).values_list(*_MAPPED_TO)
    return {row[0]: MappedTo(*row) for row in rows}
