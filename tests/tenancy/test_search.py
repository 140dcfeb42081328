"""Searches pass row security by, so that an index helps them; they must look at one partner alone."""

from __future__ import annotations

import pytest
from django.db import connection

from core.scope import partner_scope
from core.searching import FUNCTIONS, ids_matching
from tests import factories as make
from tests.portal.cast import Cast, Shop


def matches(function: str, words: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(ids_matching(function, words).sql, [words])
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_search_finds_rows_of_the_open_partner_alone(cast: Cast, shop: Shop, function: str) -> None:
    with partner_scope(cast.northwind.pk):
        make.CustomerFactory(source=shop.program.source, name="Example Works")
        make.TargetCustomerFactory(target=shop.program.target, name="Example Works")
        make.ProductFactory(source=shop.program.source, name="Example Works")
        make.TargetProductFactory(target=shop.program.target, name="Example Works")
        inside = matches(function, "EXAMPLE w")
    with partner_scope(cast.tailwind.pk):
        elsewhere = matches(function, "EXAMPLE w")

    assert len(inside) == 1
    assert elsewhere == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_search_without_a_scope_finds_nothing(cast: Cast, shop: Shop, function: str) -> None:
    assert matches(function, "") == []


def test_only_known_searches_are_asked() -> None:
    with pytest.raises(ValueError, match="no search"):
        ids_matching("find_partner", "northwind")
