"""What an e-mail says, apart from how it looks; one layout renders them all as text and as HTML."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass, field
from decimal import Decimal

from babel.dates import format_datetime
from babel.numbers import format_currency
from django.template.loader import render_to_string

from accounts.models import Partner

SUBJECT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class LetterItem:
    """One thing that needs a look: what, where it counts, and what to do."""

    text: str
    amount: str = ""
    cure: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody gets an e-mail, and where they change that."""

    text: str
    link: str = ""
    label: str = ""  # of the link


@dataclass(frozen=True, slots=True)
class Letter:
    """The content of one e-mail. ``lead`` is its first line and holds the numbers."""

    subject: str
    lead: str
    tone: str = "good"  # good, warning, bad
    paragraphs: tuple[str, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()  # label, number
    items: tuple[LetterItem, ...] = ()
    items_title: str = ""
    more: int = 0  # items that the list leaves out
    button: str = ""
    link: str = ""
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in the forms that are sent."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class House:
    """How a partner writes money and dates."""

    partner: Partner = field(repr=False)

    def money(self, amount: Decimal, currency: str = "") -> str:
        """``amount`` in currency units, written as the partner's locale does."""
        code = currency or self.partner.currency
        return str(format_currency(amount, code, locale=self.partner.locale))

    def moment(self, at: dt.datetime) -> str:
        """Date, time and zone where the partner is."""
        zone = zoneinfo.ZoneInfo(self.partner.time_zone)
        local = format_datetime(at.astimezone(zone), "d MMM y, HH:mm", locale=self.partner.locale)
        return f"{local} ({self.partner.time_zone})"


def render(letter: Letter, why: Why | None = None) -> Rendered:
    """The letter as subject, plain text and HTML; every value is escaped in the HTML."""
    context = {"letter": letter, "why": why}
    return Rendered(
        subject=one_line(letter.subject)[:SUBJECT_LENGTH],
        text=render_to_string("portal/emails/letter.txt", context).strip() + "\n",
        html=render_to_string("portal/emails/letter.html", context),
    )


def one_line(text: str) -> str:
    """Header-safe text: line breaks and runs of blanks become one blank."""
    return " ".join(text.split())
