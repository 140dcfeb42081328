"""What a person may answer to a held item, in words."""

from __future__ import annotations

from dataclasses import dataclass

from money.holds import CHOICES

# What a choice is called on its button, and what it brings about.
_WORDS = {
    "adopt": ("Adopt the line", "The line that is there becomes ours: its quantity and price follow the invoice."),
    "keep": ("Keep both", "Ours is added beside the line that is there: both are billed."),
    "exclude": ("Exclude", "Ours is not added, and the subscription is not synced."),
    "apply": ("Apply", "The next sync writes it as a one-time line."),
    "dismiss": ("Dismiss", "It is not billed, and counts as excluded."),
    "again": ("Write it again", "The one-time line is added once more."),
    "billed": ("It was billed", "It counts as synced and is not written again."),
    "remove": ("Remove the line", "The line left behind is taken off the template."),
    "leave": ("Leave it there", "The line stays on the template and is yours."),
    "take_up": ("Take it up", "The next sync plans these months: recurring amounts are proposed one by one."),
    "pass": ("Leave it", "It counts as not mapped and is not billed."),
}


@dataclass(frozen=True, slots=True)
class ChoiceButton:
    """One answer to a held item."""

    value: str
    label: str
    help: str


def choice_button(choice: str) -> ChoiceButton:
    """The button of one answer."""
    return ChoiceButton(choice, *_WORDS[choice])


def choices_of(subject: str) -> list[ChoiceButton]:
    """The answers that a subject allows."""
    return [choice_button(choice) for choice in CHOICES.get(subject.partition(":")[0], ())]


def label_of(choice: str) -> str:
    """What an answer is called."""
    return _WORDS[choice][0]
