"""Save the settings of a program: the only writer of the table. Call these inside the partner's scope."""

from __future__ import annotations

import datetime as dt
from copy import copy
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import validate_time_zone
from connections.models import Connection, ConnectionStatus
from core.addresses import fold_address, validate_address
from core.audit import Actor, record
from core.editions import refuse_older
from core.enums import About
from money.enums import Motion, Prorations
from programs.models import PROGRAM_NAMES, Approval, Credits, ProductMode, Program, Start
from programs.schedule import next_start
from programs.signals import program_saved


@dataclass(frozen=True, slots=True)
class ProgramSettings:
    """What a person can set; ``None`` keeps what is stored (or the default of a new program)."""

    enabled: bool | None = None
    notification_emails: list[str] | None = None
    mail_every_run: bool | None = None
    billing_enabled: bool | None = None
    motions: list[str] | None = None
    start: str | None = None
    approval: str | None = None
    prorations: str | None = None
    credits: str | None = None
    rounding_tolerance: Decimal | None = None
    products_enabled: bool | None = None
    product_mode: str | None = None
    sync_azure: bool | None = None
    sync_annual: bool | None = None
    new_taxable: bool | None = None
    daily_at: dt.time | None = None
    time_zone: str | None = None  # IANA name, "" for the partner's

    def given(self) -> dict[str, Any]:
        """The values that are set."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in pairs if value is not None}


CHOICES = {
    "start": Start,
    "approval": Approval,
    "prorations": Prorations,
    "credits": Credits,
    "product_mode": ProductMode,
}


SAVED = "program.saved"


def settings_of(program: Program | None) -> dict[str, Any]:
    """What a person can set, as it stands; empty texts for a program that is not set up."""
    names = [field.name for field in fields(ProgramSettings)]
    return {name: _comparable(getattr(program, name)) if program and program.pk else "" for name in names}


def save_program(
    *,
    slug: str,
    source: Connection,
    target: Connection,
    settings: ProgramSettings,
    actor: Actor,
    drawn: str | None = None,
) -> tuple[Program, list[str]]:
    """Make or change the program of this slug, source and target; returns it and the names of what changed.

    Nothing changed: nothing is written. Raises ``ValidationError`` with a text per field, and ``NewerEdition`` where
    the settings are others than those that the form was ``drawn`` from.
    """
    present = Program.objects.select_for_update(no_key=True).filter(slug=slug, source=source, target=target).first()
    about = (About.PROGRAM, present.pk) if present else None
    refuse_older(drawn, settings_of(present), actions=[SAVED], about=about)
    program = present or Program(slug=slug, source=source, target=target)
    wanted = _clean(settings.given())
    changed = [name for name, value in wanted.items() if present is None or getattr(program, name) != value]
    for name, value in wanted.items():
        setattr(program, name, value)
    _check(program)
    if present and not changed:
        return program, []
    if present is None:
        program.save()  # its number decides about its minutes
    _plan_next(program)
    program.save()
    verb = "changed" if present else "set up"
    text = f"{program.name} {verb}: {_told(program, changed, new=present is None)}"
    record(actor, SAVED, text, (About.PROGRAM, program.pk))
    program_saved.send(Program, program=program, actor=actor)
    return program, changed


def problems_of(program: Program, settings: ProgramSettings) -> dict[str, list[str]]:
    """What saving these settings would refuse, by field; nothing is saved."""
    wanted = copy(program)
    for name, value in _clean(settings.given()).items():
        setattr(wanted, name, value)
    return _problems(wanted)


def reschedule_all() -> None:
    """Compute the next due time anew where no zone of the program's own counts: the partner's zone changed."""
    programs = Program.objects.select_related("partner").select_for_update(of=("self",), no_key=True)
    for program in programs.filter(time_zone=""):
        _plan_next(program)
        program.save(update_fields=["next_due_at"])


def _comparable(value: Any) -> Any:
    return f"{value:%H:%M}" if isinstance(value, dt.time) else value


def _clean(given: dict[str, Any]) -> dict[str, Any]:
    if "notification_emails" in given:
        addresses = dict.fromkeys(fold_address(address) for address in given["notification_emails"])
        given["notification_emails"] = [address for address in addresses if address]
    if "motions" in given:
        given["motions"] = [motion.value for motion in Motion if motion.value in given["motions"]] + [
            name for name in given["motions"] if name not in list(Motion)
        ]
    return given


def _check(program: Program) -> None:
    if problems := _problems(program):
        raise ValidationError(problems)


def _problems(program: Program) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    for name, choices in CHOICES.items():
        if getattr(program, name) not in list(choices):
            problems[name] = [f"Choose one of {', '.join(choices)}."]
    if program.slug not in PROGRAM_NAMES:
        problems["slug"] = [f"Choose one of {', '.join(PROGRAM_NAMES)}."]
    problems |= _check_motions(program) | _check_addresses(program) | _check_zone(program)
    if program.rounding_tolerance < 0:
        problems["rounding_tolerance"] = ["The tolerance cannot be negative."]
    return problems | _check_connections(program)


def _check_connections(program: Program) -> dict[str, list[str]]:
    if program.source_id == program.target_id:
        return {"source": ["Source and target must be two systems."]}
    usable = (ConnectionStatus.CONNECTED, ConnectionStatus.ATTENTION)
    sides = (("source", program.source), ("target", program.target))
    closed = [(side, connection) for side, connection in sides if connection.status not in usable]
    return (
        {side: [f"{connection.system} is not connected yet. Connect it first."] for side, connection in closed}
        if (program.enabled)
        else {}
    )


def _check_motions(program: Program) -> dict[str, list[str]]:
    if unknown := [name for name in program.motions if name not in list(Motion)]:
        return {"motions": [f"Unknown: {', '.join(unknown)}. Choose from {', '.join(list(Motion))}."]}
    if program.billing_enabled and not program.motions:
        return {"motions": ["Billing is on: choose at least one billing motion."]}
    return {}


def _check_zone(program: Program) -> dict[str, list[str]]:
    try:
        validate_time_zone(program.zone)
    except ValidationError as wrong:
        return {"time_zone": wrong.messages}
    return {}


def _check_addresses(program: Program) -> dict[str, list[str]]:
    wrong = []
    for address in program.notification_emails:
        try:
            validate_address(address)
        except ValidationError:
            wrong.append(address)
    return {"notification_emails": [f"Not an e-mail address: {', '.join(wrong)}."]} if wrong else {}


def _plan_next(program: Program) -> None:
    program.next_due_at = next_start(program, timezone.now()) if program.enabled else None


def _told(program: Program, changed: list[str], *, new: bool) -> str:
    if new:
        return f"{program.source.system} to {program.target.system}"
    return ", ".join(f"{name.replace('_', ' ')} = {_shown(getattr(program, name))}" for name in changed)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)
