"""What the query of an address may carry: anything, and no page breaks or grows by it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.portal.cast import Cast, Shop
from tests.tenancy.test_url_walk import OURS, Address, path_of, values

__all__ = ["values"]

# What lists read, whatever the page: numbers of pages and rows, the order, also those of a second table.
OF_PAGES = ("per_page", "page", "sort", "i-per_page", "i-page")
OF_LISTS = (*OF_PAGES, "shown", "rows", "q", "i-sort", "tab", "pick", "next")
VALUES = ("-1", "0", "999999", "9" * 400, "a\0b", "x" * 4000, "%s'\"<>", "٣", "-pk__password")
FIELD = re.compile(r'<(?:input|select|textarea)[^>]* name="([^"]+)"')

READ = [address for address in OURS if address.rule]


@pytest.mark.parametrize("address", READ, ids=lambda address: address.name)
def test_no_query_breaks_a_page(address: Address, values: dict[str, Any], cast: Cast, shop: Shop) -> None:
    browser = cast.client("olga" if address.rule and address.rule.kind == "operator" else "alice")
    path = path_of(address, values)
    usual = browser.get(path)
    names = {*OF_LISTS, *FIELD.findall(usual.content.decode())} - {"csrfmiddlewaretoken"}

    all_at_once = [] if usual.status_code == 405 else [dict.fromkeys(names, value) for value in VALUES]
    one_by_one = [{name: "-1"} for name in OF_PAGES]
    broken = [query for query in (*all_at_once, *one_by_one) if browser.get(path, query).status_code >= 500]

    assert usual.status_code < 500
    assert broken == []
