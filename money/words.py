"""Decimal money, in whole cents, half up, for both sides of every amount; and text that is fit to be shown."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)

CENT = Decimal("0.01")
_WORD = re.compile(r"[^\W_]+")
_JOINER = "\u200d"  # holds emoji together


def to_cents(amount: Decimal) -> int:
    """Whole cents of ``amount`` (currency units), half up away from zero."""
    return int((amount * 100).to_integral_value(rounding=ROUND_HALF_UP))


def from_cents(cents: int) -> Decimal:
    """Currency units with two decimals."""
    return Decimal(cents) / 100


def round_to_cent(amount: Decimal) -> Decimal:
    """``amount`` in whole cents, half up away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def cut_to_hundredths(quantity: Decimal) -> Decimal:
    """``quantity`` with two decimals, cut towards zero."""
    return quantity.quantize(CENT, rounding=ROUND_DOWN)


def plain(amount: Decimal) -> str:
    """A decimal string without exponent and with at least two decimals: ``12.50``, ``0.0123``."""
    normal = amount.normalize()
    exponent = normal.as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{normal:.{places}f}" if normal else "0.00"


def equals_at_its_decimals(stated: Decimal, amount: Decimal) -> bool:
    """Whether a total is ``amount`` as far as it tells: 18.41 is 18.411. It tells whole cents at least."""
    exponent = stated.normalize().as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return stated == amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def shown(amount: Decimal) -> str:
    """An amount of money as people read it, in whole cents; one that would come to nothing as it is."""
    rounded = round_to_cent(amount)
    return plain(rounded or amount)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount for both sides, in currency units."""

    cost: Decimal = ZERO
    retail: Decimal = ZERO

    def __sub__(self, other: Money) -> Money:
        return Money(self.cost - other.cost, self.retail - other.retail)

    def __add__(self, other: Money) -> Money:
        return Money(self.cost + other.cost, self.retail + other.retail)

    def __bool__(self) -> bool:
        return bool(self.cost or self.retail)

    def in_cents(self) -> Money:
        """Both sides rounded half up to whole cents."""
        return Money(round_to_cent(self.cost), round_to_cent(self.retail))

    def within(self, tolerance: Decimal) -> bool:
        """True when neither side is further from zero than ``tolerance``."""
        return abs(self.cost) <= tolerance and abs(self.retail) <= tolerance

    @property
    def negative(self) -> bool:
        """True when either side is below zero."""
        return self.cost < 0 or self.retail < 0


NOTHING = Money()


def plain_quantity(quantity: Decimal) -> str:
    """A quantity without needless zeros: ``12``, ``9.48``."""
    if quantity == quantity.to_integral_value():
        return str(int(quantity))
    return plain(quantity)


def same_name(ours: str, theirs: str) -> bool:
    """Whether people mean one product: the same words, with or without *Microsoft*, whatever our term behind a dash."""
    names = {_bare(ours), _bare(ours.partition(" - ")[0])} - {""}
    return _bare(theirs) in names


def _bare(name: str) -> str:
    return " ".join(_WORD.findall(name.casefold())).removeprefix("microsoft ")


def one_line(text: str) -> str:
    """``text`` in one line, without control characters and without signs that turn the reading direction."""
    return " ".join("".join(_shown(sign) for sign in text).split())


def _shown(sign: str) -> str:
    if sign == _JOINER:
        return sign
    kind = unicodedata.category(sign)
    if kind == "Cc":
        return " "
    return "" if kind in ("Cf", "Cs") else sign
