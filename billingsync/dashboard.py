"""The set-up checklist: shown until the first sync succeeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import Partner
from connections.models import ConnectionStatus
from connections.selectors import connection_cards
from customers.models import Mapping
from programs.models import Program
from syncs.models import Run

USABLE = (ConnectionStatus.CONNECTED, ConnectionStatus.ATTENTION)


@dataclass(frozen=True, slots=True)
class Step:
    """One step from zero to the first sync."""

    title: str
    help: str
    done: bool
    url: str
    verb: str


def set_up_steps(partner: Partner, programs: Sequence[Program]) -> list[Step]:
    """The steps in order; the first that is not done is the next one."""
    slug = partner.slug
    cards = connection_cards()
    usable = [card for card in cards if card.status in USABLE]
    connect = reverse("connections", args=[slug])
    program = programs[0] if programs else None
    overview = reverse("program", args=[slug, program.pk]) if program else ""
    return [
        Step(
            "Connect your source",
            "The distributor whose invoices are carried.",
            any(not card.is_target for card in usable),
            connect,
            "Connect",
        ),
        Step(
            "Connect your target",
            "The PSA that bills your customers.",
            any(c.is_target for c in usable),
            connect,
            "Connect",
        ),
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
            "Tell which Syncro customer and invoice template each gets.",
            Mapping.objects.exists(),
            reverse("billing", args=[slug, program.pk]) if program else "",
            "Map",
        ),
        Step("Sync", "Preview what would be written, then let it write.", False, overview, "Open"),
    ]
