"""What people read where a change waits, and what they may answer, word for word: it stands in screens and mails."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.records import TemplateLine
from money import holds
from money.enums import Chosen, HoldCode, Question
from money.plan import Hold

D = Decimal
LINE = TemplateLine("7", "1", None, "Defender for Business", "Typed in by hand", D(18), 3_00, 2_00, True, False)

ALL_HOLDS = [
    (
        holds.already_on_template([LINE], "conflict:monthly:s1"),
        HoldCode.CONFLICT,
        "Already on the template: “Defender for Business”, quantity 18.",
        "Adopt the line, keep both, or exclude the subscription.",
        "conflict:monthly:s1",
    ),
    (
        holds.already_on_template([LINE, LINE], "conflict:monthly:s1"),
        HoldCode.CONFLICT,
        "Already on the template: “Defender for Business”, quantity 18 and 1 more.",
        "Adopt the line, keep both, or exclude the subscription.",
        "conflict:monthly:s1",
    ),
    (
        holds.already_on_template([LINE, LINE, LINE], "conflict:monthly:s1"),
        HoldCode.CONFLICT,
        "Already on the template: “Defender for Business”, quantity 18 and 2 more.",
        "Adopt the line, keep both, or exclude the subscription.",
        "conflict:monthly:s1",
    ),
    (
        holds.counted_by_target(LINE, "Syncro"),
        HoldCode.COUNTED,
        "Syncro counts the quantity of “Defender for Business” itself, so it is not written.",
        "Set the line back to a fixed quantity, or remove it.",
        "",
    ),
    (
        holds.held_credit(D("-19.16"), "invoice 1000013", "credit:BS:A"),
        HoldCode.CREDIT,
        "Credit of -19.16 on invoice 1000013.",
        "Apply it as a negative one-time line, or dismiss it.",
        "credit:BS:A",
    ),
    (
        holds.held_quantity("The quantity 2.5 is not a whole number.", D(30), "quantity:BS:A"),
        HoldCode.QUANTITY,
        "The quantity 2.5 is not a whole number. 30.00 is held.",
        "Look at the source rows, bill the amount by hand, then dismiss it.",
        "quantity:BS:A",
    ),
    (
        holds.not_billed_yet("Sep 2026", D(12), "catch_up:BS:A"),
        HoldCode.NOT_BILLED,
        "Not billed yet: 12.00 for Sep 2026, no generated invoice carries it.",
        "Apply it as a one-time line, or dismiss it.",
        "catch_up:BS:A",
    ),
    (
        holds.ran_unchanged("Sep 2026", D(12), D(10), "catch_up:BS:A", "Syncro"),
        HoldCode.RAN_UNCHANGED,
        (
            "12.00 for Sep 2026 was not written before the template ran: "
            "the line was billed once more as it stood, at 10.00."
        ),
        (
            "Compare with the invoice in Syncro. Where it covers the period, bill the difference by hand and dismiss "
            "this; applying bills the whole amount as a one-time line."
        ),
        "catch_up:BS:A",
    ),
    (
        holds.negative_refused(D(-5), "adjustment:BS:A", "Syncro"),
        HoldCode.NEGATIVE,
        "Syncro refuses negative amounts; -5.00 is held.",
        "Enter the amount by hand on the next invoice, then dismiss it.",
        "adjustment:BS:A",
    ),
    (
        holds.unproven("Sep 2026", "unproven:BS:A"),
        HoldCode.UNPROVEN,
        "The template's next run moved on, but no invoice shows the line of Sep 2026.",
        "Look at the customer's invoices: say that it was billed, or dismiss it.",
        "unproven:BS:A",
    ),
    (
        holds.gone_without_run("Sep 2026", "lost:BS:A"),
        HoldCode.LOST,
        "The one-time line of Sep 2026 is gone, but the template has not run.",
        "Write it again, or dismiss it.",
        "lost:BS:A",
    ),
    (
        holds.month_question(HoldCode.NOT_INVOICED, "Half of the customers are missing.", "2026-09"),
        HoldCode.NOT_INVOICED,
        "Half of the customers are missing.",
        "Wait while invoices of the month are still to come. Else say that it is complete: the lines are taken off.",
        "month:2026-09",
    ),
]


@pytest.mark.parametrize(("hold", "code", "text", "cure", "subject"), ALL_HOLDS, ids=lambda one: str(one)[:40])
def test_hold_says_what_waits_why_and_what_to_do(
    hold: Hold, code: HoldCode, text: str, cure: str, subject: str
) -> None:
    assert (hold.code, hold.text, hold.cure, hold.subject) == (code, text, cure, subject)


@pytest.mark.parametrize("question", list(Question))
def test_each_question_is_known_by_the_first_word_of_its_subject(question: Question) -> None:
    subject = f"{question}:monthly:s1"

    assert holds.question_of(subject) is question
    assert holds.choices_about(subject) == holds.CHOICES[question] != ()


@pytest.mark.parametrize("subject", ["", "credits:BS:A", "BS:credit", ":credit"])
def test_unknown_subject_asks_nothing(subject: str) -> None:
    assert holds.question_of(subject) is None
    assert holds.choices_about(subject) == ()


def test_answers_are_those_that_the_question_can_have() -> None:
    assert holds.choices_about("conflict:monthly:s1") == (Chosen.ADOPT, Chosen.KEEP, Chosen.EXCLUDE)
    assert holds.choices_about("lost:BS:A") == (Chosen.AGAIN, Chosen.DISMISS)
    for word in ("quantity", "adjustment", "usage", "charge"):
        assert holds.choices_about(f"{word}:BS:A") == (Chosen.DISMISS,)


def test_subject_of_a_conflict_is_the_same_however_the_source_writes_the_id() -> None:
    assert holds.conflict_subject("monthly", "8C22D12A-0B17") == "conflict:monthly:8c22d12a-0b17"


def test_subject_of_a_month_gives_the_month_back() -> None:
    assert holds.month_of_subject(holds.month_subject("2026-09")) == "2026-09"
