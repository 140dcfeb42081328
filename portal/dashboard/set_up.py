"""The set-up checklist, until a sync has written something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import reverse

from accounts.models import Partner
from connections.models import ConnectionStatus
from connections.selectors import ConnectionCard, connection_cards, targets_in_words
from customers.models import Mapping
from programs.models import Program
from syncs.models import Run

USABLE = (ConnectionStatus.CONNECTED, ConnectionStatus.ATTENTION)


@dataclass(frozen=True, slots=True)
class Step:
    """One step from zero to the first sync; ``verb`` is empty while somebody else has to act."""

    title: str
    help: str
    done: bool
    url: str
    verb: str
    next: bool = False


def set_up_steps(partner: Partner, programs: Sequence[Program]) -> list[Step]:
    """The steps in order; the first that is not done is the next one."""
    slug = partner.slug
    cards = connection_cards()
    program = programs[0] if programs else None
    overview = reverse("program", args=[slug, program.pk]) if program else ""
    steps = [
        _connect(slug, [card for card in cards if not card.is_target], "Connect your source", _SOURCE_HELP),
        _connect(slug, [card for card in cards if card.is_target], "Connect your target", _TARGET_HELP),
        Step(
            "Set up the program",
            "What is synced, when, and who is told.",
            program is not None,
            reverse("programs", args=[slug]),
            "Set up",
        ),
        Step("Read invoices", "The first sync reads customers and invoices.", Run.objects.exists(), overview, "Open"),
        Step(
            "Map customers",
            f"Tell which {_target_of(cards)} customer and invoice template each gets.",
            Mapping.objects.exists(),
            reverse("billing", args=[slug, program.pk]) if program else "",
            "Map",
        ),
        Step("Sync", "Preview what would be written, then let it write.", False, overview, "Open"),
    ]
    first = next(place for place, step in enumerate(steps) if not step.done)
    return [replace(step, next=place == first) for place, step in enumerate(steps)]


_SOURCE_HELP = "The distributor whose invoices are carried."
_TARGET_HELP = "The PSA that bills your customers."


def _target_of(cards: Sequence[ConnectionCard]) -> str:
    """What the partner calls its target: the one that is connected, before that whatever there is."""
    return targets_in_words(card.connection for card in cards if card.is_target and card.connection)


def _connect(slug: str, cards: Sequence[ConnectionCard], title: str, help_text: str) -> Step:
    """Connecting one of these systems: a target may have to be requested first, and enabled by the operator."""
    statuses = {card.status for card in cards}
    verb = "Connect"
    if not statuses & {*USABLE, ConnectionStatus.READY}:
        if ConnectionStatus.REQUESTED in statuses:
            verb, help_text = "", f"{help_text} Requested: you get an e-mail when the operator has enabled it."
        else:
            verb, help_text = "Request", f"{help_text} The operator has to enable it first: request it."
    return Step(
        title, help_text, any(card.status in USABLE for card in cards), reverse("connections", args=[slug]), verb
    )
