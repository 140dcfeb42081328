"""The reasons for which a change waits for a person, in the field's words, each with its cure.

A subject names what a person may decide: ``kind:mark`` or ``kind:motion:subscription``, where it happens
more than once with the period, or the line of the target. The choices of each kind are in ``CHOICES``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from connectors.records import TemplateLine
from money.enums import Chosen, HoldCode, Question
from money.plan import Hold
from money.words import shown

_DISMISS = (Chosen.DISMISS,)
CHOICES: Mapping[Question, tuple[Chosen, ...]] = {
    Question.CONFLICT: (Chosen.ADOPT, Chosen.KEEP, Chosen.EXCLUDE),
    Question.CREDIT: (Chosen.APPLY, Chosen.DISMISS),
    Question.CATCH_UP: (Chosen.APPLY, Chosen.DISMISS),
    Question.QUANTITY: _DISMISS,
    Question.ADJUSTMENT: _DISMISS,
    Question.USAGE: _DISMISS,
    Question.CHARGE: _DISMISS,
    Question.LOST: (Chosen.AGAIN, Chosen.DISMISS),
    Question.UNPROVEN: (Chosen.BILLED, Chosen.DISMISS),
    Question.LEFT_BEHIND: (Chosen.REMOVE, Chosen.LEAVE),
    Question.OLDER: (Chosen.TAKE_UP, Chosen.PASS),
    Question.MONTH: (Chosen.COMPLETE,),
    Question.ROW: (Chosen.COUNT, Chosen.LEAVE_OUT),
    Question.UNKNOWN: (Chosen.BY_HAND, Chosen.LEAVE_OUT),
}


def question_of(subject: str) -> Question | None:
    """What a subject asks; None where it asks nothing that we know."""
    word = subject.partition(":")[0]
    return Question(word) if word in list(Question) else None


def choices_about(subject: str) -> tuple[Chosen, ...]:
    """What a person may say to a subject: nothing to one that we do not know."""
    question = question_of(subject)
    return () if question is None else CHOICES[question]


def conflict_subject(motion: str, subscription: str) -> str:
    """Subject of *already on the template* for one subscription."""
    return f"conflict:{motion}:{subscription.lower()}"


def already_on_template(lines: Sequence[TemplateLine], subject: str) -> Hold:
    """A line typed in by hand has the product of the line to be added."""
    first = lines[0]
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    return Hold(
        HoldCode.CONFLICT,
        f"Already on the template: “{first.name}”, quantity {first.quantity.normalize():f}{more}.",
        "Adopt the line, keep both, or exclude the subscription.",
        subject,
    )


def counted_by_target(line: TemplateLine, target: str) -> Hold:
    """A line of ours whose quantity was handed over to the target's own counting."""
    return Hold(
        HoldCode.COUNTED,
        f"{target} counts the quantity of “{line.name}” itself, so it is not written.",
        "Set the line back to a fixed quantity, or remove it.",
    )


def held_credit(amount: Decimal, made_of: str, subject: str) -> Hold:
    """A credit that the program's settings hold for review, with the invoice and the rows that it is ``made_of``."""
    return Hold(
        HoldCode.CREDIT,
        f"Credit of {shown(amount)} on {made_of}.",
        "Apply it as a negative one-time line, or dismiss it.",
        subject,
    )


def held_quantity(problem: str, amount: Decimal, subject: str) -> Hold:
    """Rows whose quantity no line can carry."""
    return Hold(
        HoldCode.QUANTITY,
        f"{problem} {shown(amount)} is held.",
        "Look at the source rows, bill the amount by hand, then dismiss it.",
        subject,
    )


def not_billed_yet(period: str, amount: Decimal, subject: str) -> Hold:
    """An older period's recurring amount that no generated invoice carries."""
    return Hold(
        HoldCode.NOT_BILLED,
        f"Not billed yet: {shown(amount)} for {period}, no generated invoice carries it.",
        "Apply it as a one-time line, or dismiss it.",
        subject,
    )


def ran_unchanged(period: str, amount: Decimal, stood_at: Decimal, subject: str, target: str) -> Hold:
    """An older period's recurring amount that was not written in time: its line ran as it stood."""
    return Hold(
        HoldCode.RAN_UNCHANGED,
        f"{shown(amount)} for {period} was not written before the template ran: "
        f"the line was billed once more as it stood, at {shown(stood_at)}.",
        f"Compare with the invoice in {target}. Where it covers the period, bill the difference by hand and dismiss "
        "this; applying bills the whole amount as a one-time line.",
        subject,
    )


def negative_refused(amount: Decimal, subject: str, target: str) -> Hold:
    """A negative amount where the target refuses negative lines."""
    return Hold(
        HoldCode.NEGATIVE,
        f"{target} refuses negative amounts; {shown(amount)} is held.",
        "Enter the amount by hand on the next invoice, then dismiss it.",
        subject,
    )


def unproven(period: str, subject: str) -> Hold:
    """The template moved on, but no invoice of the customer shows the line."""
    return Hold(
        HoldCode.UNPROVEN,
        f"The template's next run moved on, but no invoice shows the line of {period}.",
        "Look at the customer's invoices: say that it was billed, or dismiss it.",
        subject,
    )


def gone_without_run(period: str, subject: str) -> Hold:
    """A one-time line disappeared although the template did not run."""
    return Hold(
        HoldCode.LOST,
        f"The one-time line of {period} is gone, but the template has not run.",
        "Write it again, or dismiss it.",
        subject,
    )


def month_subject(month: str) -> str:
    """Subject of the question whether all invoices of a month are there."""
    return f"month:{month}"


def month_of_subject(subject: str) -> str:
    """The month that such a subject asks about."""
    return subject.removeprefix(month_subject(""))


def month_question(code: HoldCode, text: str, month: str) -> Hold:
    """Whether all invoices of a month are there: what it does not charge keeps its line until then."""
    return Hold(
        code,
        text,
        "Wait while invoices of the month are still to come. Else say that it is complete: the lines are taken off.",
        month_subject(month),
    )
