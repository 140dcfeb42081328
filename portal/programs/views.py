"""Configurations > Programs: the list, and the Program Edit screen."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from celery import current_app
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from kombu.exceptions import OperationalError

from accounts.models import Role
from connections.models import ConnectionStatus
from connections.selectors import ConnectionCard, connection_cards
from connections.testing import find_system
from core.audit import actor_of
from core.editions import NewerEdition
from money.enums import Motion
from portal.kit.editing import Editing
from portal.kit.permissions import PartnerRequest, partner_page
from portal.programs.forms import ProgramForm
from programs import services
from programs.models import PROGRAM_NAMES, Program
from programs.selectors import configured_programs

START_TASK = "invoices.tasks.record_start"
USABLE = (ConnectionStatus.CONNECTED, ConnectionStatus.ATTENTION)


@dataclass(frozen=True, slots=True)
class Offer:
    """A program x target of this partner: configured, or what is missing until it can be."""

    slug: str
    name: str
    source: ConnectionCard
    target: ConnectionCard
    program: Program | None

    @property
    def missing(self) -> list[ConnectionCard]:
        """Connections that must be made first."""
        return [card for card in (self.source, self.target) if card.status not in USABLE]


@require_safe
@partner_page()
def programs(request: PartnerRequest) -> HttpResponse:
    """Every program x target, configured or not."""
    return TemplateResponse(request, "portal/programs/programs.html", {"offers": _offers()})


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page(Role.ADMIN)
def edit_program(request: PartnerRequest, program_id: int) -> HttpResponse:
    """Change the settings of a program."""
    program: Program = get_object_or_404(Program.objects.select_related("source", "target"), pk=program_id)
    return _edit(request, program)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page(Role.ADMIN)
def set_up_program(request: PartnerRequest, program_slug: str, source: str, target: str) -> HttpResponse:
    """Configure a program for the first time."""
    offer = next(
        (
            offer
            for offer in _offers()
            if (offer.slug, offer.source.definition.name, offer.target.definition.name)
            == (program_slug, source, target)
        ),
        None,
    )
    if offer is None or offer.missing or not (offer.source.connection and offer.target.connection):
        messages.warning(request, "Connect the source and the target first.")
        return redirect("programs", request.partner.slug)
    if offer.program is not None and request.method == "POST":
        return _edit(request, offer.program)  # somebody was quicker: what was typed is shown beside it
    if offer.program is not None:
        return redirect("edit_program", request.partner.slug, offer.program.pk)
    program = Program(
        slug=program_slug,
        source=offer.source.connection,
        target=offer.target.connection,
        enabled=True,
        billing_enabled=True,
        products_enabled=True,
        motions=[motion.value for motion in Motion],
    )
    return _edit(request, program)


def _edit(request: PartnerRequest, program: Program) -> HttpResponse:
    request.menu = reverse("programs", args=[request.partner.slug])  # type: ignore[attr-defined]  # read by the menu
    editing = Editing(request, services.settings_of(program))
    form = ProgramForm(editing.data, instance=program, zone=request.partner.time_zone)
    if request.method == "POST" and form.is_valid():
        try:
            saved, changed = services.save_program(
                slug=program.slug,
                source=program.source,
                target=program.target,
                settings=form.settings(),
                actor=actor_of(request.user),
                drawn=editing.sent,
            )
        except ValidationError as problems:
            form.show(problems)
        except NewerEdition as newer:
            editing.give_way_in(form, newer, services.settings_of(Program.objects.filter(pk=program.pk).first()))
        else:
            messages.success(request, "Saved." if changed else "Nothing was changed.")
            if off := _what_is_off(saved):
                messages.warning(request, off)
            _record_start_soon(saved)
            return redirect("edit_program", request.partner.slug, saved.pk)
    if form.errors:  # what the service would refuse besides is said at once
        form.show_more(services.problems_of(program, form.settings()))
    labels = {side: find_system(getattr(program, side).system).label for side in ("source", "target")}
    context = {"form": form, "program": program, "labels": labels, "editing": editing}
    return TemplateResponse(request, "portal/programs/edit.html", context, status=editing.status(form))


def _what_is_off(program: Program) -> str:
    """That nothing will be synced, where so many switches are off; "" else."""
    if not program.enabled:
        return f"{program.name} is switched off: nothing is read or written until you switch it on."
    if not (program.billing_enabled or program.products_enabled):
        return "Billing and products are both switched off: no sync will run until you switch one on."
    return ""


def _record_start_soon(program: Program) -> None:
    """Have the source asked what it lists now: what it issues from now on is not the past."""
    if not program.billing_enabled or program.start_listed_at or program.baseline_at:
        return

    def send() -> None:
        # Without a queue the list of the first sync counts.
        with suppress(OperationalError):
            current_app.send_task(START_TASK, args=[program.partner_id, program.pk], retry=False)

    transaction.on_commit(send)


def _offers() -> list[Offer]:
    cards = connection_cards()
    configured = {(program.slug, program.source_id, program.target_id): program for program in configured_programs()}
    return [
        Offer(slug, name, source, target, configured.get((slug, _key(source), _key(target))))
        for slug, name in PROGRAM_NAMES.items()
        for target in cards
        if target.is_target
        for source in cards
        if not source.is_target
    ]


def _key(card: ConnectionCard) -> int:
    return card.connection.pk if card.connection else 0
