"""Changes of a run as a bookkeeper reads them: old and new beside each other, per customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from syncs.models import Action, Change


@dataclass(frozen=True, slots=True)
class Pair:
    """A value before and after; None where there is no line or product on that side."""

    old: Decimal | None
    new: Decimal | None

    @property
    def changed(self) -> bool:
        """True when both sides are there and differ."""
        return self.old is not None and self.new is not None and self.old != self.new


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change with its pairs; totals are quantity x retail in currency units."""

    change: Change
    name: str
    one_time: bool
    quantity: Pair
    retail: Pair
    cost: Pair
    total: Pair

    @property
    def removes(self) -> bool:
        """True when the line goes away."""
        return self.change.action == Action.REMOVE_LINE


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """The changes of one customer (or the products), in writing order."""

    title: str
    under: str  # tells two customers of one name apart
    customer_id: int | None
    rows: list[ChangeRow]


def group_changes(changes: Iterable[Change]) -> list[ChangeGroup]:
    """Rows grouped by customer, in the order in which the changes come."""
    groups: dict[int | None, ChangeGroup] = {}
    for change in changes:
        customer = change.customer
        title, under = (customer.name, customer.domain or customer.external_id) if customer else ("Products", "")
        group = groups.setdefault(change.customer_id, ChangeGroup(title, under, change.customer_id, []))
        group.rows.append(change_row(change))
    return list(groups.values())


def change_row(change: Change) -> ChangeRow:
    """The pairs of one change."""
    before = change.before or {}
    after = {} if change.action == Action.REMOVE_LINE else change.after or {}
    quantity = Pair(_number(before, "quantity"), _number(after, "quantity"))
    retail = Pair(_number(before, "retail"), _number(after, "retail"))
    return ChangeRow(
        change=change,
        name=str((change.after or {}).get("name") or before.get("name") or change.what),
        one_time=bool((change.after or before).get("one_time")),
        quantity=quantity,
        retail=retail,
        cost=Pair(_number(before, "cost"), _number(after, "cost")),
        total=Pair(_times(quantity.old, retail.old), _times(quantity.new, retail.new)),
    )


def _number(values: dict[str, Any], name: str) -> Decimal | None:
    value = values.get(name)
    return None if value in (None, "") else Decimal(str(value))


def _times(quantity: Decimal | None, price: Decimal | None) -> Decimal | None:
    return None if quantity is None or price is None else quantity * price
