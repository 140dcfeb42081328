"""What the lines of a run come to, before and after: of one customer, of a plan, of all that was written.

What was planned again counts once. What is not written, or not yet, stays as it was; of a plan what it would write
counts as written.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Func, Q, QuerySet, Sum, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, NullIf

from money.enums import Action
from money.words import ZERO, plain
from syncs.enums import ChangeState
from syncs.models import Run

_AMOUNT = DecimalField(max_digits=24, decimal_places=8)
_TAKES_PLACE = (ChangeState.PLANNED, ChangeState.SENDING, ChangeState.DONE)
_STAYS = Q(action=Action.KEEP, state=ChangeState.DONE)
_WRITES = Q(state__in=_TAKES_PLACE) & ~Q(action=Action.KEEP)
MONEY = "money"  # in the basis of a run: what it wrote, or would write


@dataclass(slots=True)
class GroupSum:
    """What the lines of one customer in a run come to, before and after; in currency units."""

    old: Decimal = ZERO
    new: Decimal = ZERO
    unchanged: int = 0  # lines that stay as they are

    @property
    def difference(self) -> Decimal:
        """What the customer is billed more, or less."""
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class RunSum:
    """The lines that a run writes, ``old`` and ``new``, of how many mappings; ``all`` also has what stays as it is."""

    lines: int
    mappings: int
    old: Decimal
    new: Decimal
    all: GroupSum

    @property
    def difference(self) -> Decimal:
        """What is billed more, or less."""
        return self.new - self.old

    def to_basis(self) -> dict[str, Any]:
        """As the run keeps it, so that a list of runs need not add up their lines."""
        return {"lines": self.lines, "mappings": self.mappings, "old": plain(self.old), "new": plain(self.new)}


def sums_by_customer(run: Run, customer_ids: Collection[int]) -> dict[int, GroupSum]:
    """Of all lines of these customers in the run. One query."""
    rows = _lines(run).filter(customer__in=customer_ids).values_list("customer_id")
    found = rows.annotate(was=_total("old"), becomes=_total("new"), unchanged=Count("pk", filter=_STAYS))
    return {customer: GroupSum(old, new, unchanged) for customer, old, new, unchanged in found}


def sum_of_run(run: Run) -> RunSum:
    """Of all lines of the run. One query."""
    told = _lines(run).aggregate(
        lines=Count("pk", filter=_WRITES),
        mappings=Count(_mapping(), filter=_WRITES, distinct=True),
        written_old=_total("old", _WRITES),
        written_new=_total("new", _WRITES),
        all_old=_total("old"),
        all_new=_total("new"),
        unchanged=Count("pk", filter=_STAYS),
    )
    whole = GroupSum(told["all_old"], told["all_new"], told["unchanged"])
    return RunSum(told["lines"], told["mappings"], told["written_old"], told["written_new"], whole)


def _lines(run: Run) -> QuerySet[Any]:
    lines: QuerySet[Any] = run.changes.exclude(state=ChangeState.DROPPED).order_by()
    before, after = _product_of("before"), _product_of("after")
    old = Case(When(_STAYS, then=Coalesce(before, after)), default=before, output_field=_AMOUNT)
    becomes = Case(When(~Q(action=Action.REMOVE_LINE), then=after), output_field=_AMOUNT)
    new = Case(When(state__in=_TAKES_PLACE, then=becomes), default=F("old"), output_field=_AMOUNT)
    told: QuerySet[Any] = lines.annotate(old=old).annotate(new=new)
    return told


def _product_of(side: str) -> Any:
    """Quantity x retail; NULL where there is no line."""
    return _number(f"{side}__quantity") * _number(f"{side}__retail")


def _number(place: str) -> Any:
    return Cast(NullIf(KT(place), Value("")), _AMOUNT)


def _total(name: str, only: Q | None = None) -> Any:
    return Coalesce(Sum(name, filter=only), Value(ZERO), output_field=_AMOUNT)


def _mapping() -> Any:
    """Customer and motion as one value."""
    return Func(F("customer_id"), Value(":"), F("motion"), function="CONCAT")
