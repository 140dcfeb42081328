"""Which of our products a row of the price list is, where its key is new: links and prices stay with the offer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from products.keys import product_key
from products.models import Product


def keep_identities(existing: Mapping[str, Product], wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, Product]:
    """Our products by the key that the list gives them now; those that the list does not name keep theirs.

    ``existing`` by the keys that they have, ``wanted`` the columns of the list by key. A row without a
    product of its key is the one with its offer's id, else the one made from an invoice that named just
    that id, else the one made from an invoice that knew no id. Where several fit nobody can tell.
    """
    free = [row for key, row in existing.items() if key not in wanted]
    new = {key: values for key, values in wanted.items() if key not in existing}
    moved = dict[str, Product]()
    for rows, asked in _ways(free, new):
        taken = {row.pk for row in moved.values()}
        found = {key: rows[name] for key, name in asked.items() if name in rows}
        moved = {key: row for key, row in found.items() if row.pk not in taken} | moved
    leaving = {row.pk for row in moved.values()}
    return {key: row for key, row in existing.items() if row.pk not in leaving} | moved


def _ways(
    free: Iterable[Product], new: Mapping[str, Mapping[str, Any]]
) -> list[tuple[Mapping[str, Product], Mapping[str, str]]]:
    """How to find a product, the surest first: products by what they are known by, and that by each key of the list."""
    free = list(free)
    made = [row for row in free if not row.product_id]
    offers = {key: _offer(values["product_id"], values["sku"]) for key, values in new.items()}
    short = {key: product_key(values["sku"], values["term"], values["billing_cycle"]) for key, values in new.items()}
    return [
        (_unshared((_offer(row.product_id, row.sku), row) for row in free), _named_once(offers)),
        ({row.sku.casefold(): row for row in reversed(made)}, _named_once(offers)),  # the oldest of several
        ({row.key: row for row in made}, _named_once(short)),
    ]


def _offer(product_id: str, sku: str) -> str:
    """The id of one offer, "" where it is the SKU: that names all of its offers."""
    offer = product_id.casefold()
    return "" if offer == sku.casefold() else offer


def _unshared(pairs: Iterable[tuple[str, Product]]) -> dict[str, Product]:
    found = defaultdict[str, list[Product]](list)
    for name, row in pairs:
        found[name].append(row)
    return {name: rows[0] for name, rows in found.items() if len(rows) == 1}


def _named_once(names: Mapping[str, str]) -> dict[str, str]:
    """The names that only one key has."""
    times = Counter(names.values())
    return {key: name for key, name in names.items() if name and times[name] == 1}
