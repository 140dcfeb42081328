"""What the mapping dialog shows while somebody fills it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.editions import NewerEdition
from customers.matching import Suggestion
from customers.models import Customer, Mapping, Pricing, TargetCustomer, Template
from customers.selectors import choosable_target_customers, mappings_of, suggestions_for, templates_of
from money.enums import Motion
from portal.billing.forms import MappingForm
from programs.models import Program
from reports.billing import newest_retail
from reports.suggestions import TemplateOffer, offer_template

MOST_OFFERED = 20


@dataclass(frozen=True, slots=True)
class Dialog:
    """Everything the dialog needs to be drawn."""

    program: Program
    customer: Customer
    motion: Motion
    mapping: Mapping | None
    values: dict[str, Any]
    target_customer: TargetCustomer | None
    template: Template | None
    found: list[TargetCustomer]
    more: bool
    offers: list[TemplateOffer]
    suggestions: list[Suggestion]
    retail: Decimal | None  # what the newest month charges, in currency units
    others: dict[int, list[str]]  # who else is mapped to what was found, by its id


def open_dialog(program: Program, customer: Customer, motion: Motion, form: MappingForm) -> Dialog:
    """Put the dialog together from what was entered and what is stored."""
    mapping = mappings_of(program, [customer.pk]).filter(motion=motion).first()
    values: dict[str, Any] = form.values(mapping)
    words = str(values.get("q") or "")
    chosen = choosable_target_customers(program).filter(pk=values.get("target_customer") or 0).first()
    rows = list(choosable_target_customers(program, words)[: MOST_OFFERED + 1])
    found = _with_chosen(rows[:MOST_OFFERED], chosen)
    retail = newest_retail(program, customer.pk, motion)
    template_rows = list(templates_of(chosen)) if chosen else []
    return Dialog(
        program=program,
        customer=customer,
        motion=motion,
        mapping=mapping,
        values=values,
        target_customer=chosen,
        template=next((row for row in template_rows if row.pk == values.get("template")), None),
        found=found,
        more=len(rows) > MOST_OFFERED,
        offers=[
            offer_template(program, row, motion, disabled=chosen is not None and chosen.disabled, retail=retail)
            for row in template_rows
        ],
        retail=retail,
        suggestions=[] if mapping or words else suggestions_for(program, customer, limit=3),
        others=_others(program, customer, found),
    )


def labels_of(newer: NewerEdition) -> Callable[[str, str], str]:
    """How a value of the dialog's fields is said, by field and value; names are looked up once."""
    ids = {int(value) for pair in newer.changed.values() for value in pair if value.isdigit()}
    names = {
        "target_customer": {str(row.pk): str(row) for row in TargetCustomer.objects.filter(pk__in=ids)},
        "template": {str(row.pk): str(row) for row in Template.objects.filter(pk__in=ids)},
        "pricing": dict(Pricing.choices),
    }
    return lambda name, value: str(names.get(name, {}).get(value, value)) if value else "not mapped"


def _with_chosen(rows: list[TargetCustomer], chosen: TargetCustomer | None) -> list[TargetCustomer]:
    return rows if chosen is None else [chosen, *(row for row in rows if row != chosen)]


def _others(program: Program, customer: Customer, found: list[TargetCustomer]) -> dict[int, list[str]]:
    mapped = Mapping.objects.filter(program=program, target_customer__in=found).exclude(customer=customer)
    names: dict[int, list[str]] = {}
    for owner, name in mapped.order_by("customer__name").values_list("target_customer_id", "customer__name").distinct():
        names.setdefault(owner, []).append(name)
    return names
