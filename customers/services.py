"""Customers and their mappings: what pages, commands and syncs may do with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors import registry
from connectors.records import MONTHLY
from core.audit import Actor, record
from core.editions import refuse_older
from core.enums import About
from core.turns import wait_for_turn
from customers.models import Customer, Mapping, Pricing, TargetCustomer, Template
from customers.refreshing import CustomerReport, refresh_customers
from money.enums import Motion, Style
from money.month.waiting import Rhythm, Wait
from money.motions import MOTIONS
from money.periods import day_label
from money.words import plain
from programs.models import Program

__all__ = [
    "CustomerReport",
    "MappingRefused",
    "MappingUnconfirmed",
    "MappingWarning",
    "check_template",
    "destination_of",
    "mapping_warnings",
    "refresh_customers",
    "remove_mapping",
    "rhythm_of",
    "save_mapping",
]


class MappingRefused(Exception):
    """The mapping cannot be made; ``str(error)`` says why, ``field`` where the cure is."""

    def __init__(self, text: str, *, field: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class MappingWarning:
    """A reason to think twice. ``code`` is ``frequency``, or what a line waits for."""

    code: str
    text: str


class MappingUnconfirmed(Exception):
    """The mapping has ``warnings`` that nobody confirmed yet; nothing was saved."""

    def __init__(self, warnings: Sequence[MappingWarning]) -> None:
        super().__init__(" ".join(warning.text for warning in warnings))
        self.warnings = tuple(warnings)


def mapping_warnings(
    *, program: Program, template: Template, motion: str, disabled: bool = False, retail: Decimal | None = None
) -> list[MappingWarning]:
    """Why this template may be a poor choice for the motion: what counts is when its lines will be billed.

    ``disabled``: its customer is. ``retail``: what the newest month charges, in currency units, where that is known.
    """
    rhythm = rhythm_of(program, template, disabled=disabled)
    recurring = MOTIONS[motion].style is Style.RECURRING_LINE
    found = []
    if recurring and rhythm.every != MONTHLY:
        text = (
            f"The template “{template.name}” runs {template.frequency.lower() or 'at an unknown interval'}, "
            f"which does not fit {Motion(motion).label}."
        )
        found.append(MappingWarning("frequency", text))
    wait = rhythm.wait_of(recurring=recurring)
    if wait in _WAITS:
        money = plain(retail) if retail is not None else "What is written on it"
        day = day_label(rhythm.next_run) if rhythm.next_run else ""
        found.append(MappingWarning(wait, _WAITS[wait].format(name=template.name, money=money, day=day)))
    return found


def rhythm_of(program: Program, template: Template, *, disabled: bool) -> Rhythm:
    """How a template runs, as its copy says."""
    every = registry.get_target(program.target.system).interval_of(template.frequency)
    return Rhythm(template.next_run, template.paused, disabled, every, program.target.target_day)


_WAITS = {
    Wait.PAUSED: "The template “{name}” is paused: nothing is billed until it is switched on in the target.",
    Wait.ENDED: "The template “{name}” names no next run: nothing is billed until it has one.",
    Wait.PAST: "The next run of the template “{name}”, {day}, is past: nothing is billed until it has another one.",
    Wait.DISABLED: "The customer of the template “{name}” is disabled in the target.",
    Wait.LONG: "{money} waits until {day}: the template “{name}” runs then.",
}


def lock_mappings(program_id: int) -> None:
    """Whoever writes mappings of a program does so alone: in different orders two would wait for each other."""
    wait_for_turn("mappings", program_id)


MAPPED = ("mapping.made", "mapping.changed", "mapping.sync", "mapping.removed")


def mapping_values(mapping: Mapping | None) -> dict[str, Any]:
    """What the mapping dialog shows of a mapping, as it stands; empty texts where there is none."""
    names = {"target_customer": "target_customer_id", "template": "template_id", "pricing": "", "sync_on": ""}
    return {name: getattr(mapping, field or name) if mapping else "" for name, field in names.items()}


def save_mapping(
    *,
    program: Program,
    customer: Customer,
    motion: str,
    target_customer: TargetCustomer,
    template: Template,
    pricing: str,
    sync_on: bool,
    actor: Actor,
    confirm: bool = False,
    retail: Decimal | None = None,
    drawn: str | None = None,
) -> Mapping:
    """Map a customer's motion to an invoice template, or change that mapping.

    ``retail``: what the newest month charges, in currency units, for the words of a warning.

    Raises ``MappingRefused`` when the parts do not belong together, and ``MappingUnconfirmed`` when
    a newly chosen template has warnings and ``confirm`` is false, and ``NewerEdition`` where the mapping is
    another one than the dialog was ``drawn`` from. The same mapping again changes nothing and leaves no audit entry.
    """
    _refuse_strangers(program, customer, motion, pricing)
    check_template(program, target_customer, template)
    lock_mappings(program.pk)
    present = Mapping.objects.filter(program=program, customer=customer, motion=motion).first()
    refuse_older(drawn, mapping_values(present), actions=MAPPED, about=(About.CUSTOMER, customer.pk))
    newly_chosen = present is None or present.template_id != template.pk
    disabled = target_customer.disabled
    warnings = mapping_warnings(program=program, template=template, motion=motion, disabled=disabled, retail=retail)
    if newly_chosen and warnings and not confirm:
        raise MappingUnconfirmed(warnings)
    values = {"target_customer": target_customer, "template": template, "pricing": pricing, "sync_on": sync_on}
    about = (About.CUSTOMER, customer.pk)
    if present is None:
        present = Mapping.objects.create(program=program, customer=customer, motion=motion, **values)
        record(actor, "mapping.made", f"{present} mapped to {destination_of(present)}", about)
    elif _assign(present, values):
        record(actor, "mapping.changed", f"{present} is now mapped to {destination_of(present)}", about)
    return present


def remove_mapping(*, mapping: Mapping, actor: Actor, drawn: str | None = None) -> None:
    """Take a mapping away. What it wrote stays in the target.

    Raises ``NewerEdition`` where it is another one than the dialog was ``drawn`` from.
    """
    refuse_older_mapping(mapping, drawn)
    text = f"{mapping} is no longer mapped to {destination_of(mapping)}"
    mapping.delete()
    record(actor, "mapping.removed", text, (About.CUSTOMER, mapping.customer_id))


def refuse_older_mapping(mapping: Mapping, drawn: str | None) -> None:
    """Lock the mapping and read it anew. Raises ``NewerEdition`` where it is another one than was ``drawn``."""
    lock_mappings(mapping.program_id)
    mapping.refresh_from_db(fields=["target_customer", "template", "pricing", "sync_on"])
    refuse_older(drawn, mapping_values(mapping), actions=MAPPED, about=(About.CUSTOMER, mapping.customer_id))


def check_template(program: Program, target_customer: TargetCustomer, template: Template) -> None:
    """Raise ``MappingRefused`` when the program's mappings cannot lead to this template of this customer."""
    if target_customer.partner_id != program.partner_id or target_customer.target_id != program.target_id:
        raise MappingRefused("Choose a customer of this program's target.", field="target_customer")
    if target_customer.gone:
        text = f"“{target_customer.name}” is no longer in the target. Refresh, and choose another customer."
        raise MappingRefused(text, field="target_customer")
    if template.partner_id != program.partner_id or template.target_id != program.target_id:
        raise MappingRefused("Choose an invoice template of this program's target.", field="template")
    if template.customer_external_id != target_customer.external_id:
        text = f"The template “{template.name}” belongs to another customer than “{target_customer.name}”."
        raise MappingRefused(text, field="template")
    if template.gone:
        text = f"The template “{template.name}” is no longer in the target. Refresh, and choose another one."
        raise MappingRefused(text, field="template")


def destination_of(mapping: Mapping) -> str:
    """Where the mapping leads and how, in words; for the audit log."""
    sync = "sync on" if mapping.sync_on else "sync off"
    pricing = Pricing(mapping.pricing).label.lower()
    return f"{mapping.target_customer} / {mapping.template} ({pricing}, {sync})"


def _refuse_strangers(program: Program, customer: Customer, motion: str, pricing: str) -> None:
    if motion not in list(Motion):
        raise MappingRefused(f"“{motion}” is no billing motion.", field="motion")
    if pricing not in Pricing.values:
        raise MappingRefused(f"“{pricing}” is no pricing strategy.", field="pricing")
    if customer.partner_id != program.partner_id or customer.source_id != program.source_id:
        raise MappingRefused("The customer does not belong to this program's source.", field="customer")


def _assign(mapping: Mapping, values: dict[str, Any]) -> bool:
    """Save what differs; false where nothing does."""
    changed = [name for name, value in values.items() if getattr(mapping, name) != value]
    for name in changed:
        setattr(mapping, name, values[name])
    if not mapping.sync_on and mapping.first_month is not None:
        mapping.first_month = None
        changed.append("first_month")
    if changed:
        mapping.save(update_fields=[*changed, "updated_at"])
    return bool(changed)
