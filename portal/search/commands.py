"""What the search box can do, beside the places that it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import Role
from connections.models import ConnectionStatus
from connections.selectors import ConnectionCard, connection_cards
from portal.kit.permissions import PartnerRequest
from programs.models import Program

THEMES = (("Switch to the light theme", "light"), ("Switch to the dark theme", "dark"), ("Theme as the system", ""))
CARD_VERBS = {
    ConnectionStatus.READY: "Connect",
    ConnectionStatus.CONNECTED: "Replace the credentials of",
    ConnectionStatus.ATTENTION: "Replace the credentials of",
}


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do: a place to go (``url`` alone), a form to post, or a theme to choose."""

    name: str
    url: str = ""
    posted: tuple[tuple[str, str], ...] | None = None  # fields of the form; None: nothing is posted
    theme: str | None = None
    hint: str = ""


def find_commands(request: PartnerRequest, programs: list[Program], query: str) -> list[Command]:
    """The commands that the reader may give whose name holds each word of the query."""
    words = query.casefold().split()
    return [each for each in _commands(request, programs) if all(word in each.name.casefold() for word in words)]


def _commands(request: PartnerRequest, programs: list[Program]) -> Iterator[Command]:
    slug = request.partner.slug
    if request.access.reaches(Role.SUPPORT):
        for program in programs:
            yield from _program_commands(slug, program)
    if request.access.reaches(Role.ADMIN):
        for program in programs:
            yield Command(f"Change the settings of {program.name}", reverse("edit_program", args=[slug, program.pk]))
        for card in connection_cards():
            yield from _card_commands(slug, card)
        yield Command("Invite a user", reverse("invite", args=[slug]))
    yield Command("Change my e-mail preferences", reverse("mail_preferences", args=[slug]))
    yield Command("See my sessions", reverse("usersessions_list"))
    for name, theme in THEMES:
        yield Command(name, theme=theme)
    yield Command("Sign out", reverse("account_logout"), posted=())


def _program_commands(slug: str, program: Program) -> Iterator[Command]:
    if not program.enabled:
        return
    start = reverse("start_sync", args=[slug, program.pk])
    # What writes nothing comes first: Enter after few letters gives the first command.
    yield Command("Preview the next sync", start, posted=(("kind", ""), ("preview", "on")), hint=program.name)
    yield Command("Sync now", start, posted=(("kind", ""),), hint=program.name)


def _card_commands(slug: str, card: ConnectionCard) -> Iterator[Command]:
    name, label = card.definition.name, card.definition.label
    if verb := CARD_VERBS.get(card.status):
        yield Command(f"{verb} {label}", reverse("connect", args=[slug, name]))
    elif card.status == ConnectionStatus.NOT_ENABLED:
        yield Command(f"Request {label}", reverse("request_target", args=[slug, name]), posted=())
    if card.connection:
        yield Command(f"See the history of {label}", reverse("connection_history", args=[slug, name]))
