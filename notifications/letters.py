"""What an e-mail says, apart from how it looks."""

from __future__ import annotations

from dataclasses import dataclass


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


def one_line(text: str) -> str:
    """Header-safe text: line breaks and runs of blanks become one blank."""
    return " ".join(text.split())
