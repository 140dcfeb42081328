"""Configurations > Connections: cards, credentials, tests, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.models import Role
from connections import checking, services
from connections.consequences import consequences_of
from connections.errors import ConnectionRefused
from connections.history import DAYS, SHOWN_FACTS, SHOWN_SPELLS, WIDTH, read_facts, read_spells, uptime_of
from connections.models import CheckState, CredentialCheck
from connections.selectors import (
    ConnectionCard,
    connection_cards,
    find_card,
)
from connections.stored import stored_values
from connections.testing import TEST_SECONDS
from core.audit import actor_of
from core.editions import NewerEdition
from core.scope import partner_scope
from portal.connections.forms import CredentialForm
from portal.kit.editing import Editing
from portal.kit.permissions import PartnerRequest, partner_action, partner_page
from portal.kit.reauthentication import ask_again
from portal.kit.undone import drawn_of

TOLD = "told_check"  # in a session: the test whose end was said


@require_safe
@partner_page()
def connections(request: PartnerRequest) -> HttpResponse:
    """Sources and targets as cards."""
    cards = connection_cards()
    sides = [
        ("Sources", "Where billing truth comes from: the distributor.", [card for card in cards if not card.is_target]),
        ("Targets", "Where it goes: your PSA.", [card for card in cards if card.is_target]),
    ]
    return TemplateResponse(request, "portal/connections/connections.html", {"sides": sides})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@partner_action(Role.ADMIN)
def connect(request: PartnerRequest, system: str) -> HttpResponse:
    """The credential form: saving has a worker test against the real API, and a failed test saves nothing."""
    card = _card(request, system)
    if card.status in services.STORED and (detour := ask_again(request)):
        return detour
    if card.status in services.NOT_ENABLED:
        return redirect("connections", request.partner.slug)
    editing = _editing(request, card)
    form = CredentialForm(editing.data, card=card, partner_currency=request.partner.currency)
    if request.method == "POST" and form.is_valid():
        entered = (form.credentials(), request.user, form.currency())
        try:
            checking.ask_to_connect(request.partner.pk, system, *entered, drawn=editing.sent)
        except ConnectionRefused as refused:
            _show_at_fields(form, str(refused), refused.fields)
        except NewerEdition as newer:
            editing.give_way_in(form, newer, _stored(request, card))
        else:
            return redirect("follow_check", request.partner.slug, system)
    return _form_page(request, card, form, editing)


@require_POST
@partner_action(Role.ADMIN)
def retest(request: PartnerRequest, system: str) -> HttpResponse:
    """Have the stored credentials tested again."""
    _card(request, system)
    try:
        checking.ask_to_test(request.partner.pk, system, request.user)
    except ConnectionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("connections", request.partner.slug)
    return redirect("follow_check", request.partner.slug, system)


@require_safe
@partner_page(Role.ADMIN)
def follow_check(request: PartnerRequest, system: str) -> HttpResponse:
    """What became of the test that this person asked for last."""
    card = _card(request, system)
    check = checking.newest_check(system, request.user)
    if check is None:
        return redirect("connections", request.partner.slug)
    if check.state == CheckState.WAITING:
        context = {"card": card, "check": check, "seconds": int(TEST_SECONDS)}
        template = "portal/connections/testing_now.html" if request.htmx else "portal/connections/testing.html"
        return TemplateResponse(request, template, context)
    if request.htmx:
        return HttpResponseClientRefresh()
    if request.session.get(TOLD) == check.pk:
        return redirect("connections", request.partner.slug)
    return _tell_found(request, card, check)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_action(Role.ADMIN)
def disconnect(request: PartnerRequest, system: str) -> HttpResponse:
    """Forget the credentials, after saying what will stop."""
    card = _card(request, system)
    if detour := ask_again(request):
        return detour
    if request.method != "POST":
        with partner_scope(request.partner.pk):
            consequences = consequences_of(card.connection)
            context = {"card": card, "consequences": consequences, "editing": _editing(request, card)}
            return render(request, "portal/connections/disconnect.html", context)
    try:
        services.disconnect(request.partner.pk, system, actor_of(request.user), drawn=drawn_of(request))
    except ConnectionRefused as refusal:
        messages.error(request, str(refusal))
    except NewerEdition as newer:
        text = f"Other credentials of {card.definition.label} were stored after your page was drawn."
        messages.error(request, newer.tell(text))
    else:
        messages.success(request, f"{card.definition.label} is disconnected. Mappings and history are kept.")
    return redirect("connections", request.partner.slug)


@require_safe
@partner_page()
def connection_history(request: PartnerRequest, system: str) -> HttpResponse:
    """Since when the connection works, when it did not and why, and who did what to it."""
    card = find_card(system)
    if card is None:
        raise Http404
    now = timezone.now()
    spells = read_spells(card.connection) if card.connection else []
    facts = read_facts(card.connection) if card.connection else []
    context = {
        "card": card,
        "spells": [(spell, spell.seconds(now)) for spell in spells[:SHOWN_SPELLS]],
        "facts": facts,
        "uptime": uptime_of(spells, now),
        "days": DAYS,
        "width": WIDTH,
        "cut": len(spells) > SHOWN_SPELLS or len(facts) == SHOWN_FACTS,
    }
    request.menu = reverse("connections", args=[request.partner.slug])  # type: ignore[attr-defined]  # read by the menu
    return TemplateResponse(request, "portal/connections/history.html", context)


@require_POST
@partner_action(Role.ADMIN)
def request_target(request: PartnerRequest, system: str) -> HttpResponse:
    """Ask the operator to enable a target."""
    card = _card(request, system)
    try:
        services.request_target(request.partner.pk, system, actor_of(request.user))
    except ConnectionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{card.definition.label} is requested. You get an e-mail when it is ready.")
    return redirect("connections", request.partner.slug)


def _card(request: PartnerRequest, system: str) -> ConnectionCard:
    with partner_scope(request.partner.pk):
        card = find_card(system)
    if card is None:
        raise Http404
    return card


def _tell_found(request: PartnerRequest, card: ConnectionCard, check: CredentialCheck) -> HttpResponse:
    label, connection = card.definition.label, card.connection
    if check.state == CheckState.REFUSED and check.stores:
        form = CredentialForm(check.shown, card=card, partner_currency=request.partner.currency)
        form.errors.clear()  # secrets are not filled in again
        _show_at_fields(form, check.problem, check.problem_fields)
        return _form_page(request, card, form, _editing(request, card), check.permissions)
    if check.state == CheckState.REFUSED:
        messages.error(request, check.problem)
    elif check.stores and connection:
        account = f" as {connection.account}" if connection.account else ""
        messages.success(request, f"{label} is connected{account}.")
        for warning in connection.warnings:
            messages.warning(request, warning)
    else:
        messages.success(request, f"{label} works.")
    request.session[TOLD] = check.pk
    return redirect("connections", request.partner.slug)


def _show_at_fields(form: CredentialForm, problem: str, fields: Mapping[str, str]) -> None:
    known = {name: text for name, text in fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, text)
    if not known:
        form.add_error(None, problem)


def _form_page(
    request: PartnerRequest,
    card: ConnectionCard,
    form: CredentialForm,
    editing: Editing,
    permissions: Sequence[list[str]] = (),
) -> HttpResponse:
    context = {"card": card, "form": form, "editing": editing, "permissions": permissions}
    with partner_scope(request.partner.pk):
        return render(request, "portal/connections/connect.html", context, status=editing.status(form))


def _editing(request: PartnerRequest, card: ConnectionCard) -> Editing:
    page = reverse("connect", args=[request.partner.slug, card.definition.name])
    return Editing(request, _stored(request, card), page=page)


def _stored(request: PartnerRequest, card: ConnectionCard) -> dict[str, str]:
    with partner_scope(request.partner.pk):
        return stored_values(card.definition, card.connection)
