"""The notation itself: it compares all that is said, refuses what says nothing, and shows what to write."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bookkeeping.account import take_account
from tests.bookkeeping.comparing import TablesDiffer
from tests.bookkeeping.proving import prove
from tests.bookkeeping.target import NOTHING
from tests.bookkeeping.text import Unreadable

ADDED_SEATS = """
    invoice I1 for Oct 2026
      from   | seats | ratio
      1 Oct  |    10 |
      16 Oct |     2 |   0.5
"""

# --- What is compared -------------------------------------------------------------------------------


def test_difference_is_shown_beside_what_was_said_and_can_be_pasted() -> None:
    wrong = textwrap.dedent("""
        sync
          done  | line             | total
          added | Business Premium | 132.00
          charged 132.00 = synced 120.00 + held 12.00
    """)
    with pytest.raises(TablesDiffer) as error:
        prove(ADDED_SEATS, wrong)
    shown = textwrap.dedent("""\
        line 8: after “sync” it is not as the text says

          expected                                                   ‖ got
          done  | line                                    |  total   ‖ done  | line                                    |  total
        > added | Business Premium                        | 132.00   ‖ added | Business Premium (adjustment, Oct 2026) | -12.00
        >                                                            ‖ added | Business Premium                        | 144.00
        > charged 132.00 = synced 120.00 + held 12.00                ‖ charged 132.00 = synced 132.00
          says nothing                                               ‖ says nothing

        As it is now, to be pasted:

        sync
          done  | line                                    |  total
          added | Business Premium (adjustment, Oct 2026) | -12.00
          added | Business Premium                        | 144.00
          charged 132.00 = synced 132.00
          says nothing""")  # noqa: E501
    assert str(error.value) == shown
    prove(ADDED_SEATS, shown.partition("to be pasted:")[2])


ROWS = ["Business Premium (adjustment, Oct 2026) | -12.00", "Business Premium | 144.00"]


def sync(words: str, *rows: str) -> str:
    """A sync after which these lines stand."""
    return "\n  ".join([f"sync{words}", "line | total", *rows])


@pytest.mark.parametrize("rows", [ROWS, ROWS[::-1]])
def test_lines_are_the_same_in_any_order(rows: list[str]) -> None:
    prove(ADDED_SEATS, sync("", *rows))


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("", ROWS[:1]),
        ("", [*ROWS, ROWS[0]]),
        ("", [ROWS[0], "Business Premium | 144.01"]),
        (", in this order", ROWS[::-1]),
        (", among others", [ROWS[0], ROWS[0]]),
    ],
    ids=["too few", "too many", "a cent off", "other order", "twice"],
)
def test_other_lines_are_not_the_same(words: str, rows: list[str]) -> None:
    prove(ADDED_SEATS, sync(words.replace(", among others", ""), *ROWS))
    with pytest.raises(TablesDiffer):
        prove(ADDED_SEATS, sync(words, *rows))


def test_among_others_compares_the_lines_that_are_written_and_no_more() -> None:
    prove(ADDED_SEATS, sync(", among others", ROWS[1]))


@pytest.mark.parametrize(
    ("holds", "fails"),
    [
        ("charged 132.00 = synced 132.00", "charged 132.00 = billed 132.00"),
        ("charged cost 110.00 = synced 110.00", "charged cost 110.00 = synced 111.00 - rounding 1.00"),
        ("charged of Oct 2026 132.00 = synced 132.00", "charged of Oct 2026 132.00 = held 132.00"),
        ("charged of Northwind 132.00 = synced 132.00", "charged of Northwind 144.00 = synced 144.00"),
        ("charged of monthly 132.00 = synced 132.00", "charged of monthly 0.00 = synced 0.00"),
        ("billed 0.00, to bill 132.00", "billed 132.00, to bill 0.00"),
        ("billed cost 0.00, to bill 110.00", "billed cost 0.00, to bill 132.00"),
        ("standing recurring 144.00, once -12.00", "standing recurring 132.00, once 0.00"),
        ("to bill on monthly 132.00", "to bill on Northwind monthly 144.00"),
        ("says nothing", "says price changed"),
        ("reminds nothing", "reminds ran early"),
        ("held because nothing", "held because somebody said so"),
    ],
)
def test_each_sentence_can_hold_and_fail(holds: str, fails: str) -> None:
    prove(ADDED_SEATS, f"sync\n  {holds}")
    with pytest.raises(TablesDiffer):
        prove(ADDED_SEATS, f"sync\n  {fails}")


@pytest.mark.parametrize("sentence", ["nothing is written", "no lines"])
def test_nothing_is_not_said_of_a_sync_that_writes(sentence: str) -> None:
    more = "invoice I2 for Nov 2026\n  | seats\n  | 11"
    with pytest.raises(TablesDiffer):
        prove(ADDED_SEATS, "sync", more, f"sync\n  {sentence}\n  says not billed")


@pytest.mark.parametrize("unsaid", ["says paused", "waits: Approval is required."])
def test_what_a_person_is_told_must_be_said(unsaid: str) -> None:
    paused = "template monthly: paused yes" if "paused" in unsaid else ""
    head = "sync" if paused else "sync, the plan waits"
    prove(
        ADDED_SEATS,
        paused,
        f"{head}\n  charged of Oct 2026 132.00 = {'synced' if paused else 'held'} 132.00\n  {unsaid}",
    )
    if paused:
        with pytest.raises(TablesDiffer):
            prove(ADDED_SEATS, paused, "sync\n  charged 132.00 = synced 132.00")


PAUSED = "template monthly: paused yes"


def test_whatever_a_sync_says_what_is_said_must_be_among_it() -> None:
    head = "sync, whatever it says\n  charged 132.00 = synced 132.00"
    prove(ADDED_SEATS, PAUSED, head)
    prove(ADDED_SEATS, PAUSED, f"{head}\n  says paused")
    for wrong in ("says conflict", "says paused\n  says paused"):
        with pytest.raises(TablesDiffer):
            prove(ADDED_SEATS, PAUSED, f"{head}\n  {wrong}")


def test_words_of_what_is_told_can_be_asked_for() -> None:
    head = "sync, whatever it says"
    prove(ADDED_SEATS, PAUSED, f"{head}\n  mentions paused")
    for paused, words in ((PAUSED, "40.00"), ("", "paused")):
        with pytest.raises(TablesDiffer, match=f"> mentions {words} "):
            prove(ADDED_SEATS, paused, f"{head}\n  mentions {words}")


TYPED_IN = """
    template monthly
      line   | seats | retail
      Backup |     1 |  25.00
"""


@pytest.mark.parametrize("sentence", ["standing recurring 144.00, once -12.00", "to bill on monthly 132.00"])
def test_lines_that_somebody_typed_in_are_in_no_sum(sentence: str) -> None:
    prove(TYPED_IN, ADDED_SEATS, f"sync, whatever it says\n  {sentence}")


def test_row_of_a_zone_carries_the_offset_of_its_day() -> None:
    month = prove("settings: zone Europe/Oslo", "invoice I1 for Oct 2026\n  | to\n  | 1 Nov", "sync\n  says nothing")
    row = month.books.source.invoices[0].rows[0]
    assert [str(moment.utcoffset()) for moment in (row.start, row.end)] == ["2:00:00", "1:00:00"]
    assert row.end - row.start == dt.timedelta(days=31, hours=1)


def test_invoices_of_the_target_are_compared() -> None:
    generated = "generate\n  line | total\n  Business Premium (adjustment, Oct 2026) | -12.00\n  Business Premium | {}"
    prove(ADDED_SEATS, "sync\n  says nothing", generated.format("144.00"))
    with pytest.raises(TablesDiffer):
        prove(ADDED_SEATS, "sync\n  says nothing", generated.format("143.99"))


def test_charges_are_compared_with_what_the_product_takes_them_for() -> None:
    prove(ADDED_SEATS, "charges\n  row | kind\n  1 | recurring\n  2 | proration")
    with pytest.raises(TablesDiffer):
        prove(ADDED_SEATS, "charges\n  row | kind\n  1 | recurring\n  2 | credit")


# --- What holds after every sync --------------------------------------------------------------------


def test_account_that_lost_a_cent_differs() -> None:
    books = prove(ADDED_SEATS, "sync\n  says nothing").books
    assert take_account(books).difference() == NOTHING
    ((key, kept),) = books.ledger.kept.items()
    first, *others = kept.posted.parts
    parts = (replace(first, retail=first.retail - 1), *others)
    books.ledger.kept[key] = replace(kept, posted=replace(kept.posted, parts=parts))
    assert take_account(books).difference() == (0, -1)


# --- What says nothing ------------------------------------------------------------------------------


MISTAKES = [
    ("", 1, "this text proves nothing", "Write under a sync what must hold after it."),
    ("sync", 1, "this text proves nothing", "Write under a sync what must hold after it."),
    ("sync\n  no lines", 1, "nothing was written before either",
     "Show first, in the same text, that something could be."),
    ("  seats | ratio\nsync", 1, "this line belongs to no step", "Begin with a step at the margin: invoice, sync ..."),
    ("invoice I1 for October", 1, "this is no invoice", "Write it so: invoice I1 for Oct 2026"),
    ("invoice I1 for Oct 2026\n  seats | retail\n  10 | 1200", 3, "“1200” is no amount of money",
     "Write it with cents after a point: 12.00, -0.50"),
    ("invoice I1 for Oct 2026\n  seats | retail\n  ten | 12.00", 3, "“ten” is no number",
     "Write digits, and a point before decimals: 12, -2, 0.5"),
    ("invoice I1 for Sep 2026\n  seats | to\n  10 | 31 Sep", 3, "there is no 31 Sep", "Look at the calendar."),
    ("invoice I1 for Sep 2026\n  seats | to\n  10 | 9/30", 3, "“9/30” is no day",
     "Write it so: 16 Oct, 16 Oct 2026, or 16 Oct 2026 23:59:59"),
    ("invoice I1 for Oct 2026\n  seats | seats\n  1 | 2", 2, "two columns are called “seats”",
     "Take one of them away."),
    ("invoice I1 for Oct 2026\n  seats | ratio\n  1 | 2 | 3", 3, "this row has 3 cells, the table 2 columns",
     "Columns: seats | ratio"),
    ("subscriptions\n  subscription | colour\n  s1 | red", 2, "there is no column “colour”",
     "One of: subscription, customer, product, cycle"),
    ("sync\n  done | line\n  made | Premium", 3, "“made” means nothing here",
     "One of: added, changed, removed, stays, waits, removal waits, fails"),
    ("sync, quickly\n  says nothing", 1, "“quickly” means nothing here",
     "One of: in this order, among others, whatever it says, the plan waits, no write succeeds"),
    ("sync\n  charged 12.00 = synced 11.00", 2, "the right side comes to 11.00", "Make both sides the same."),
    ("sync\n  charged 12.00 = lost 12.00", 2, "“lost 12.00” is no bucket",
     "One of: billed, synced, rules, rounding, held, excluded, not mapped, unknown, failed"),
    ("mapping monthly: colour red", 1, "“colour red” begins with nothing that can be said here",
     "One of: template, pricing, sync, mapped, trouble, from"),
    ("mapping monthly: sync off, sync on", 1, "“sync” is said twice", "Say it once."),
    ("template monthly: paused", 1, "“paused” is not how it is said", "Write “paused” with a value, or without one."),
    ("generate", 1, "there is no template “”", "Templates: none yet"),
    ("generate\n  line | total", 1, "this compares nothing", "Write a table with rows under it."),
    ("charges", 1, "this compares nothing", "Write a table with rows under it."),
    ("invoice I1 for Oct 2026\n  | seats\n  | 1\nsync\n  charged of Sep 2026 0.00 = synced 0.00", 4,
     "nothing is charged of “Sep 2026”", "Name a month, a customer or a motion of the rows."),
    ("decide apply", 1, "no questions are meant", "Open since the last sync: none"),
    ("undecide", 1, "nobody has decided anything", "Write a decision before it."),
    ('delete "Premium"', 1, "no lines are called “Premium”", "Lines: none. Say more: of s1 on monthly"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number", "problem", "cure"), MISTAKES)
def test_mistake_names_its_line_and_the_cure(text: str, number: int, problem: str, cure: str) -> None:
    proves = "" if "proves nothing" in problem else "sync\n  says nothing"
    with pytest.raises(Unreadable) as error:
        prove(text, proves)
    line = text.split("\n")[number - 1]
    shown = line if number == 1 else line.strip()
    assert str(error.value) == f"line {number}: {problem}\n    {shown}\n  {cure}"


def test_step_that_is_none_names_those_there_are() -> None:
    with pytest.raises(Unreadable, match="line 1: there is no step “invoices”\n    invoices\n  One of: invoice, "):
        prove("invoices", "sync\n  says nothing")


def test_answer_that_a_question_does_not_offer_is_refused() -> None:
    late = "invoice CR-1 for Oct 2026\n  | seats\n  | -1"
    with pytest.raises(Unreadable, match="“adopt” means nothing here\n    decide adopt\n  One of: apply, dismiss"):
        prove(ADDED_SEATS, late, "sync\n  says credit", "decide adopt")


# --- Where the product is named ---------------------------------------------------------------------

PRODUCT = re.compile(
    r"^\s*(?:from|import) (?:billingsync|syncs|invoices|products|customers|programs|connections|core|connectors)\b",
    re.MULTILINE,
)


def test_one_file_alone_names_the_product() -> None:
    tests = Path(__file__).parents[1]
    files = [file for place in ("bookkeeping", "planning") for file in sorted((tests / place).glob("*.py"))]
    assert [file.name for file in files if PRODUCT.search(file.read_text())] == ["product.py"]
