"""The billing list: who is charged for what, how far that is mapped, and the money at stake.

States are told by the database, so that a page of the list costs the same for 10 customers and 10,000.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from connections.currency import shown_currency, target_fits
from core.searching import one_of
from customers.models import Customer, Mapping, TargetCustomer, Template
from customers.selectors import MappedTo, customer_contains, describe_mappings
from invoices.models import BillingItem
from money.enums import Motion
from money.month.waiting import Wait
from money.words import Money
from programs.models import Program
from syncs.proving.again import find_billed_again
from syncs.proving.waiting import find_waiting

NOT_MAPPED, MAPPED, SYNC_ON, ATTENTION = "not_mapped", "mapped", "sync_on", "needs_attention"
STATE_LABELS = {
    NOT_MAPPED: "Not mapped",
    MAPPED: "Sync off",
    SYNC_ON: "Sync on",
    ATTENTION: "Needs attention",
}


Late = MappingOf[tuple[int, str], Sequence[str]]  # by customer and motion, what is not billed in its time, or too often


@dataclass(frozen=True, slots=True)
class BillingRow:
    """A customer x motion that occurs in the program's invoices.

    ``money`` is what the newest month with such charges came to; ``problems`` say why it needs
    attention.
    """

    customer: Customer
    motion: str
    month: dt.date
    money: Money
    mapping: MappedTo | None
    problems: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """As ``_state`` has it in the database."""
        if self.mapping is None:
            return NOT_MAPPED
        if not self.mapping.sync_on:
            return MAPPED
        return ATTENTION if self.problems else SYNC_ON

    @property
    def motion_label(self) -> str:
        """The motion's name."""
        return str(Motion(self.motion).label)

    @property
    def state_label(self) -> str:
        """The state's name."""
        return STATE_LABELS[self.state]


def billing_items(program: Program, text: str = "", motion: str = "", late: Late | None = None) -> QuerySet[Any]:
    """The program's billing list, the most money first; each with ``state`` and ``mapping_id``.

    ``text`` is looked for in name, domain and id of the customer; ``late`` is what ``find_late`` found before.
    """
    state = _state(program, find_late(program) if late is None else late)
    found: QuerySet[Any] = _with_mapping(program, _items(program, text, motion)).annotate(state=state)
    return found


def all_items(program: Program) -> QuerySet[Any]:
    """The whole billing list, each with ``mapping_id``; cheaper to read where ``state`` is not asked for."""
    return _with_mapping(program, _all_items(program))


def count_items(program: Program) -> int:
    """How many rows the list has without any filter."""
    return int(_all_items(program).count())


def unmapped_items(program: Program, text: str = "", motion: str = "") -> QuerySet[Any]:
    """What of the billing list nobody mapped, the most money first; told without looking at the mapped ones."""
    found: QuerySet[Any] = _items(program, text, motion)
    mapped = Mapping.objects.filter(program=program, customer=OuterRef("customer"), motion=OuterRef("motion"))
    no_mapping = Value(None, output_field=BigIntegerField())
    found = found.exclude(Exists(mapped)).annotate(state=Value(NOT_MAPPED), mapping_id=no_mapping)
    return found.select_related("customer").order_by("-retail", "pk")


def switched_off_items(program: Program) -> QuerySet[Any]:
    """What of the billing list is mapped while its sync is off."""
    return _with_mapping(program, _all_items(program)).filter(mapped__sync_on=False)


def items_of_motions_off(program: Program) -> QuerySet[Any]:
    """What of the billing list is mapped and synced, while the program does not bill its motion."""
    on = _with_mapping(program, _all_items(program)).filter(mapped__sync_on=True)
    return on.exclude(motion__in=program.motions)


def sums_by_state(items: QuerySet[Any]) -> dict[str, tuple[int, Decimal]]:
    """How many items there are in each state and what retail they come to, in one query."""
    sums = items.order_by().values_list("state").annotate(Count("pk"), Sum("retail"))
    return {state: (count, retail) for state, count, retail in sums}


def rows_of(program: Program, items: Iterable[Any], late: Late | None = None) -> dict[int, BillingRow]:
    """Items with all that the list says of them, by the item's id. One query more where any is mapped.

    ``late`` is what ``find_late`` found before.
    """
    chosen = list(items)
    found = describe_mappings({item.mapping_id for item in chosen if item.mapping_id})
    everywhere, told = _currency_problems(program), find_late(program) if late is None else late
    return {
        item.pk: _row(item, found.get(item.mapping_id), (*everywhere, *told.get((item.customer_id, item.motion), ())))
        for item in chosen
    }


def unmapped_rows(item_ids: Sequence[int]) -> list[BillingRow]:
    """Items that nobody mapped, as ``unmapped_items`` found them, in that order. One query."""
    found = BillingItem.objects.select_related("customer").in_bulk(item_ids)
    items = [found[pk] for pk in item_ids if pk in found]
    return [BillingRow(item.customer, item.motion, item.month, Money(item.cost, item.retail), None) for item in items]


def billing_rows(program: Program, text: str = "") -> list[BillingRow]:
    """The whole billing list by customer name; for commands and exports, not for pages. Two queries."""
    late = find_late(program)
    rows = rows_of(program, billing_items(program, text, late=late), late).values()
    return sorted(rows, key=lambda row: (row.customer.name.casefold(), row.customer.domain, row.motion))


def newest_retail(program: Program, customer_id: int, motion: str) -> Decimal | None:
    """What the newest month charges the customer, in currency units; None where it was never charged. One query."""
    found: Decimal | None = (
        _all_items(program).filter(customer=customer_id, motion=motion).values_list("retail", flat=True).first()
    )
    return found


def next_unmapped(program: Program) -> BillingItem | None:
    """What nobody mapped and is worth the most."""
    found: BillingItem | None = unmapped_items(program).first()
    return found


def _items(program: Program, text: str, motion: str) -> QuerySet[Any]:
    found = _all_items(program)
    if text.strip():
        customers = Customer.objects.filter(customer_contains(text), source_id=program.source_id)
        found = found.filter(customer__in=one_of(customers.values_list("pk", flat=True)))  # asked for more than once
    return found.filter(motion=motion) if motion else found


def _with_mapping(program: Program, items: QuerySet[Any]) -> QuerySet[Any]:
    mapped = items.annotate(mapped=FilteredRelation("mappings", condition=Q(mappings__program=program)))
    found: QuerySet[Any] = mapped.annotate(mapping_id=F("mapped__pk")).select_related("customer")
    return found.order_by("-retail", "pk")


def _all_items(program: Program) -> QuerySet[Any]:
    found: QuerySet[Any] = BillingItem.objects.filter(source_id=program.source_id, program_slug=program.slug)
    return found


def _state(program: Program, late: Late) -> Case:
    """The state as an expression over ``mapped``.

    Few templates and customers of the target are gone or paused: those are looked up, instead of joining each row's.
    """
    broken = Q(mapped__template__in=Template.objects.filter(Q(gone=True) | Q(paused=True)))
    broken |= Q(mapped__target_customer__in=TargetCustomer.objects.filter(gone=True))
    for customer_id, motion in late:
        broken |= Q(customer=customer_id, motion=motion)
    if _currency_problems(program):
        broken |= Q(Value(True, output_field=BooleanField()))  # SQL's true
    return Case(
        When(mapped__pk=None, then=Value(NOT_MAPPED)),
        When(mapped__sync_on=False, then=Value(MAPPED)),
        When(broken, then=Value(ATTENTION)),
        default=Value(SYNC_ON),
    )


def find_late(program: Program) -> Late:
    """By customer and motion, what is billed several times, too often, or not in its time."""
    found: dict[tuple[int, str], list[str]] = {}
    for again in find_billed_again(program):
        found.setdefault((again.customer, again.motion), []).append(again.text)
    for waiting in find_waiting(program):
        if waiting.wait is not Wait.PAUSED:  # the mapping says that
            found.setdefault((waiting.customer, waiting.motion), []).append(waiting.text)
    return found


def _row(item: Any, mapping: MappedTo | None, everywhere: Sequence[str]) -> BillingRow:
    problems = (*everywhere, *_mapping_problems(mapping)) if mapping is not None and mapping.sync_on else ()
    return BillingRow(item.customer, item.motion, item.month, Money(item.cost, item.retail), mapping, problems)


def _mapping_problems(mapping: MappedTo) -> Collection[str]:
    problems = []
    if mapping.customer_gone:
        problems.append(f"The customer “{mapping.customer}” is no longer in the target.")
    if mapping.template_gone:
        problems.append(f"The invoice template “{mapping.template}” is no longer in the target.")
    elif mapping.template_paused:
        problems.append(f"The invoice template “{mapping.template}” is paused.")
    return problems


def _currency_problems(program: Program) -> tuple[str, ...]:
    currency = program.source.currency or program.source.partner.currency
    if target_fits(program.target, currency) is not False:
        return ()
    return (f"The source bills in {currency}, the target shows {shown_currency(program.target)}: nothing is written.",)
