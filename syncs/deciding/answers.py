"""What a person may answer to a held item, in words."""

from __future__ import annotations

from dataclasses import dataclass

from money.enums import Chosen
from money.holds import choices_about

# What a choice is called on its button, and what it brings about.
_WORDS = {
    Chosen.ADOPT: ("Adopt the line", "The line that is there becomes ours: its quantity and price follow the invoice."),
    Chosen.KEEP: ("Keep both", "Ours is added beside the line that is there: both are billed."),
    Chosen.EXCLUDE: ("Exclude", "Ours is not added, and the subscription is not synced."),
    Chosen.APPLY: ("Apply", "The next sync writes it as a one-time line."),
    Chosen.DISMISS: ("Dismiss", "It is not billed, and counts as excluded."),
    Chosen.AGAIN: ("Write it again", "The one-time line is added once more."),
    Chosen.BILLED: ("It was billed", "It counts as synced and is not written again."),
    Chosen.REMOVE: ("Remove the line", "The line left behind is taken off the template."),
    Chosen.LEAVE: ("Leave it there", "The line stays on the template and is yours."),
    Chosen.TAKE_UP: ("Take it up", "The next sync writes what these months charged as one-time lines."),
    Chosen.COMPLETE: (
        "The month is complete",
        "What it does not charge is charged no more: those lines are taken off.",
    ),
    Chosen.COUNT: ("Count it", "The row is a charge of its own: the next sync plans with it."),
    Chosen.LEAVE_OUT: ("Do not bill", "It is not billed, and counts as excluded."),
    Chosen.BY_HAND: (
        "Billed by hand",
        "Somebody bills it outside of the sync: it counts as excluded.",
    ),
    Chosen.PASS: ("Leave it", "It counts as not mapped and is not billed."),
}


@dataclass(frozen=True, slots=True)
class ChoiceButton:
    """One answer to a held item."""

    value: str
    label: str
    help: str


def choice_button(choice: str) -> ChoiceButton:
    """The button of one answer."""
    return ChoiceButton(choice, *_WORDS[Chosen(choice)])


def choices_of(subject: str) -> list[ChoiceButton]:
    """The answers that a subject allows."""
    return [choice_button(choice) for choice in choices_about(subject)]


def label_of(choice: str) -> str:
    """What an answer is called."""
    return _WORDS[Chosen(choice)][0]
