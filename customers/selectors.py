"""Reads of customers, mappings and the target's copy that deserve a name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q, QuerySet, Value
from django.db.models.lookups import GreaterThan

from core.searching import ids_matching
from customers.matching import Matcher, Suggestion, suggest
from customers.models import Customer, Mapping, TargetCustomer, Template
from programs.models import Motion, Program

# Share of common trigrams. Far below what two names share that count as similar.
LEAST_SIMILARITY = 0.15


def search_customers(program: Program, text: str = "") -> QuerySet[Customer]:
    """Customers of the program's source whose name, domain or id contains ``text``, by name."""
    found = Customer.objects.filter(source_id=program.source_id).order_by("name", "domain", "pk")
    return found.filter(customer_contains(text)) if text.strip() else found


def customer_contains(text: str, path: str = "") -> Q:
    """The condition behind every search box over customers; ``path`` leads to the customer."""
    return Q(**{f"{path}pk__in": ids_matching("matching_customers", text)})


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
    alike = rows.filter(_resembles(customer)).values_list("pk", "name", "email")
    found = suggest(customer, (_Candidate(*values) for values in alike), limit=limit)
    owners = rows.in_bulk([_pk_of(suggestion) for suggestion in found])
    return [replace(suggestion, candidate=owners[_pk_of(suggestion)]) for suggestion in found]


def best_suggestions(program: Program, customers: Iterable[Customer]) -> dict[int, Suggestion]:
    """The likeliest customer of the target for each that has one, by id. Three queries, however many they are.

    Where another motion of the customer is mapped already, that is the likeliest.
    """
    wanted = list(customers)
    found: dict[int, Suggestion] = {}
    for mapping in mappings_of(program, [customer.pk for customer in wanted]).order_by("pk").defer("template__lines"):
        owner = mapping.target_customer
        if not owner.gone and not owner.disabled:
            reason = f"mapped there for {Motion(mapping.motion).label}"
            found.setdefault(mapping.customer_id, Suggestion(owner, 100, (reason,)))
    rows = _suggestible(program)
    matcher = Matcher(_Candidate(*values) for values in rows.values_list("pk", "name", "email"))
    close = {
        customer.pk: best[0]
        for customer in wanted
        if customer.pk not in found and (best := matcher.suggest(customer, limit=1))
    }
    owners = rows.in_bulk([_pk_of(best) for best in close.values()])
    return found | {pk: replace(best, candidate=owners[_pk_of(best)]) for pk, best in close.items()}


class _Candidate(NamedTuple):
    """What a comparison needs of a customer of the target: with thousands, whole rows take long."""

    pk: int
    name: str
    email: str


def _pk_of(suggestion: Suggestion) -> int:
    assert isinstance(suggestion.candidate, _Candidate)
    return suggestion.candidate.pk


def _suggestible(program: Program) -> QuerySet[TargetCustomer]:
    return TargetCustomer.objects.filter(target_id=program.target_id, gone=False, disabled=False)


def _resembles(customer: Customer) -> Q:
    """What shares nothing with the customer need not be judged: with thousands that takes long."""
    domains = {customer.domain, customer.email.rpartition("@")[2]} - {""}
    names = [customer.name, customer.domain.partition(".")[0]]
    found = Q(pk__in=[])
    for name in names:
        found |= Q(GreaterThan(TrigramSimilarity("name", name), Value(LEAST_SIMILARITY)))
    for domain in domains:
        found |= Q(email__iendswith=f"@{domain}")
    return found


def mappings_of(program: Program, customer_ids: Iterable[int] | None = None) -> QuerySet[Mapping]:
    """Mappings of the program with everything that a list shows, in one query."""
    found = Mapping.objects.filter(program=program).select_related("customer", "target_customer", "template")
    return found if customer_ids is None else found.filter(customer_id__in=list(customer_ids))
