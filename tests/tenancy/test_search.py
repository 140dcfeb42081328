"""Searches pass row security by, so that an index helps them; they must look at one partner alone."""

from __future__ import annotations

import pytest
from django.db import connection

from core.audit import COMMAND, record
from core.scope import partner_scope
from core.searching import FUNCTIONS, WITHIN, ids_matching
from customers.selectors import customer_contains
from tests import factories as make
from tests.portal.cast import Cast, Shop


def matches(function: str, words: str, within: int | None = None) -> list[int]:
    search = ids_matching(function, words, within)
    with connection.cursor() as cursor:
        cursor.execute(search.sql, search.params)
        return [row[0] for row in cursor.fetchall()]


def make_examples(shop: Shop) -> dict[str, int]:
    """Something to find for each search; and where to look for it."""
    make.CustomerFactory(source=shop.program.source, name="Example Works")
    make.TargetCustomerFactory(target=shop.program.target, name="Example Works")
    make.ProductFactory(source=shop.program.source, name="Example Works")
    make.TargetProductFactory(target=shop.program.target, name="Example Works")
    make.SourceInvoiceFactory(source=shop.program.source, number="Example Works")
    make.ChargeFactory(invoice=shop.invoice, product_name="Example Works")
    make.ChangeFactory(run=shop.run, what="Example Works")
    record(COMMAND, "sample", "Example Works")
    return {"matching_charges": shop.invoice.pk, "matching_changes": shop.run.pk}


@pytest.mark.parametrize("function", [*FUNCTIONS, *WITHIN])
def test_search_finds_rows_of_the_open_partner_alone(cast: Cast, shop: Shop, function: str) -> None:
    with partner_scope(cast.northwind.pk):
        place = make_examples(shop).get(function)
        inside = matches(function, "WORKS exampl", place)
    with partner_scope(cast.tailwind.pk):
        elsewhere = matches(function, "WORKS exampl", place)

    assert len(inside) == 1
    assert elsewhere == []


@pytest.mark.parametrize("function", WITHIN)
def test_search_within_looks_nowhere_else(cast: Cast, shop: Shop, function: str) -> None:
    with partner_scope(cast.northwind.pk):
        place = make_examples(shop)[function]

        assert len(matches(function, "example", place)) == 1
        assert matches(function, "example", place + 1) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_search_without_a_scope_finds_nothing(cast: Cast, shop: Shop, function: str) -> None:
    with partner_scope(cast.northwind.pk):
        assert matches(function, "") != []
    assert matches(function, "") == []


def test_only_known_searches_are_asked() -> None:
    with pytest.raises(ValueError, match="no search"):
        ids_matching("find_partner", "northwind")


ENERGIE, POWER = "Énergie du Nord – Straße 5", "City Power & Light"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("energie", ENERGIE),
        ("ENERGIE nord", ENERGIE),
        ("nord énergie", ENERGIE),
        ("e\u0301nergie", ENERGIE),
        ("strasse", ENERGIE),
        ("du\u200b\u00a0  nord", ENERGIE),
        ("light city", POWER),
        ("r y t & p c", POWER),
        ("r y t & p c zz", None),
        ("& city", POWER),
        ("city_power", None),
        ("city%light", None),
        ("energie light", None),
        ("city " * 12 + "nobody", POWER),
        ("city " * 11 + "nobody", None),
        ("{9d38a46b-eab8-45be-988c-ad58e152e6ed}", POWER),
        ("<billing@power.example>", POWER),
        ("(power.example)", POWER),
    ],
)  # fmt: skip
def test_search_finds_what_the_eye_reads(cast: Cast, shop: Shop, words: str, found: str | None) -> None:
    with partner_scope(cast.northwind.pk):
        make.CustomerFactory(source=shop.program.source, name=ENERGIE)
        power = make.CustomerFactory(
            source=shop.program.source, name=POWER, domain="billing@power.example",
            external_id="9D38A46B-eab8-45be-988c-ad58e152e6ed",
        )  # fmt: skip
        ids = matches("matching_customers", words)

        names = set(type(power).objects.filter(pk__in=ids).values_list("name", flat=True))
    assert names == ({found} if found else set())


def test_customers_are_found_by_the_names_that_the_target_knows_them_by(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        mapping = make.MappingFactory(program=shop.program)
        mapping.target_customer.name = "Zebra and Sons"
        mapping.target_customer.save()
        others = make.CustomerFactory(source=shop.program.source, name="Another one")

        found = type(others).objects.filter(customer_contains("sons zebra"))

        assert list(found) == [mapping.customer]
