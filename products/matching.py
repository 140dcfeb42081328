"""Find the product of an invoice row. Plain records in, an answer out; no database."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from products.keys import product_key

_PERIOD = re.compile(
    r"\b(?P<count>\d{1,3}|one|two|three|four|five|six|seven|twelve)?[ -]*"
    r"(?P<unit>months?|monthly|years?|yearly|annual(?:ly)?)\b"
)
_ISO = re.compile(r"\bp(?P<count>\d{1,3})(?P<unit>[my])\b")
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "twelve": 12}
_NAMED = {"triennial": 36, "biennial": 24, "quarterly": 3}
_HALF_YEAR = re.compile(r"(?:semi|half|bi)[ -]?(?:annual|year)")


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What matching needs to know of a product."""

    pk: int
    key: str
    product_id: str
    sku: str
    name: str
    term: str
    billing_cycle: str
    in_price_list: bool


@dataclass(frozen=True, slots=True)
class SoughtProduct:
    """What an invoice row says of its product.

    ``ref`` is the subscription's product id, "" where nobody knows; ``terms`` and ``cycles`` are all
    texts there are, those of the subscription first.
    """

    ref: str
    name: str
    terms: tuple[str, ...] = ()
    cycles: tuple[str, ...] = ()

    @property
    def sku(self) -> str:
        """SKU of the product that is made when the price list has none."""
        return self.ref or self.name

    @property
    def key(self) -> str:
        """Key of that product."""
        return product_key(self.sku, first_text(self.terms), first_text(self.cycles))


@dataclass(frozen=True, slots=True)
class Match:
    """``product`` is the only fitting one; ``rivals`` are those that cannot be told apart."""

    product: ProductFacts | None = None
    rivals: tuple[ProductFacts, ...] = ()


class ProductIndex:
    """Products of one source, ready to be found by product id and SKU without case."""

    def __init__(self, products: Iterable[ProductFacts]) -> None:
        self._listed_ids = defaultdict[str, list[ProductFacts]](list)
        self._listed_skus = defaultdict[str, list[ProductFacts]](list)
        self._left_ids = defaultdict[str, list[ProductFacts]](list)
        self._left_skus = defaultdict[str, list[ProductFacts]](list)
        self._made: dict[str, ProductFacts] = {}
        for product in products:
            self.add(product)

    def add(self, product: ProductFacts) -> None:
        """Take one more product in."""
        if not product.in_price_list and not product.product_id:
            self._made[product.key] = product
            return
        ids, skus = (
            (self._listed_ids, self._listed_skus) if product.in_price_list else (self._left_ids, self._left_skus)
        )
        ids[product.product_id.casefold()].append(product)
        skus[product.sku.casefold()].append(product)

    def find(self, wanted: SoughtProduct) -> Match:
        """The product of a row: by product id, then SKU; the price list first, then what left it.

        Several are told apart by term and billing cycle. A product made from an earlier invoice is
        found by its whole key alone, so that no answer depends on which invoice came first.
        """
        ref = wanted.ref.casefold()
        if ref:
            listed = self._listed_ids.get(ref) or self._listed_skus.get(ref)
            if listed:
                return _only(listed, wanted)
            left = self._left_ids.get(ref) or self._left_skus.get(ref) or []
            fitting = [product for product in left if not _compare(product, wanted).contradicted]
            if fitting:
                return _only(fitting, wanted)
        return Match(self._made.get(wanted.key))


def first_text(texts: Sequence[str]) -> str:
    """The first text that says something."""
    return next((text for text in texts if text.strip()), "")


def lengths_in(text: str) -> frozenset[int]:
    """The lengths in months that a term or cycle speaks of; empty where it cannot be read.

    "Monthly", "1 Month", "P1M" are 1; "Annual", "1 Year", "12 Months", "P1Y" are 12; "Triennial",
    "3 Years", "P3Y" are 36. A bare number is a code that nobody published.
    """
    plain = text.casefold()
    if _HALF_YEAR.search(plain):
        return frozenset()
    found = {length for word, length in _NAMED.items() if word in plain}
    for match in (*_PERIOD.finditer(plain), *_ISO.finditer(plain)):
        word = match["count"] or "1"
        count = _WORDS.get(word) or int(word)
        found.add(count * (1 if match["unit"].startswith("m") else 12))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Term and cycle of a product against the row's: True equal, False different, None unclear."""

    term: bool | None
    cycle: bool | None

    @property
    def contradicted(self) -> bool:
        return self.term is False or self.cycle is False

    @property
    def equals(self) -> int:
        return (self.term is True) + (self.cycle is True)

    def beats(self, other: _Comparison) -> bool:
        """Nothing speaks more for the other than for this one, neither in term nor in cycle."""
        return not (other.term and not self.term) and not (other.cycle and not self.cycle)


def _only(candidates: Sequence[ProductFacts], wanted: SoughtProduct) -> Match:
    if len(candidates) == 1:
        return Match(candidates[0])
    compared = [(product, _compare(product, wanted)) for product in candidates]
    fitting = [pair for pair in compared if not pair[1].contradicted]
    most = max((comparison.equals for _, comparison in fitting), default=0)
    best = [pair for pair in fitting if pair[1].equals == most]
    if len(best) == 1 and all(best[0][1].beats(comparison) for _, comparison in compared):
        return Match(best[0][0])
    return Match(rivals=tuple(product for product, _ in (fitting or compared)))


def _compare(product: ProductFacts, wanted: SoughtProduct) -> _Comparison:
    return _Comparison(_equal(product.term, wanted.terms), _equal(product.billing_cycle, wanted.cycles))


def _equal(text: str, others: Iterable[str]) -> bool | None:
    """Whether a text means the same as any of the others; None where nobody can tell."""
    plain = " ".join(text.split()).casefold()
    said = [" ".join(other.split()).casefold() for other in others if other.strip()]
    if not plain or not said:
        return None
    if plain in said:
        return True
    own, theirs = lengths_in(plain), frozenset[int]().union(*map(lengths_in, said))
    if not own or not theirs:
        return None
    return bool(own & theirs)
