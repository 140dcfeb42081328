"""What a run says about imported invoices beside its plan."""

from __future__ import annotations

import pytest

from core.audit import COMMAND
from core.scope import partner_scope
from money.plan import Note
from syncs.deciding import answering, undoing
from syncs.errors import SyncRefused
from syncs.facts.surveying import survey
from tests import factories as make
from tests.invoices.prism_wire import World, row, subscription


@pytest.fixture
def billed(world: World) -> World:
    """September of two subscriptions of one customer."""
    world.prism.tenant("Contoso", subscription("s1"), subscription("s2"))
    world.prism.invoice("101", row("s1", quantity=2), row("s2"))
    world.sync()
    return world


def notes_of(world: World, code: str) -> list[Note]:
    """What is said under one code now."""
    with partner_scope(world.partner.pk):
        return [note for note in survey(world.program) if note.code == code]


def test_held_invoice_says_what_it_is_about_in_money(billed):
    billed.prism.invoice("102", row("s1", quantity=2, unit_retail="10.30"), row("s2", unit_retail="10.30"))
    billed.sync()

    (note,) = notes_of(billed, "invoice_held")

    assert (str(note.retail.normalize()), "30.90" in note.text, "replaces" in note.cure) == ("30.9", True, True)


def test_row_held_alone_is_a_question_that_is_answered_once_and_taken_back(billed):
    billed.prism.invoice("102", row("s1", quantity=2), month="2026-10")
    billed.sync()

    (note,) = notes_of(billed, "row_held")
    assert (note.subject.partition(":")[0], note.retail) == ("row", 20)
    assert notes_of(billed, "unknown_rows") == []
    with partner_scope(billed.partner.pk):
        make.FindingFactory(last_run=make.RunFactory(program=billed.program), subject=note.subject, code=note.code)
        answering.decide(program=billed.program, subject=note.subject, choice="leave_out", actor=COMMAND)
        with pytest.raises(SyncRefused, match="does not wait"):
            answering.decide(program=billed.program, subject=note.subject, choice="count", actor=COMMAND)
    assert notes_of(billed, "row_held") == []
    with partner_scope(billed.partner.pk):
        undoing.undo_decision(program=billed.program, subject=note.subject, actor=COMMAND)
    assert [one.subject for one in notes_of(billed, "row_held")] == [note.subject]


def test_invoice_says_once_how_many_of_its_prices_miss_their_amount(billed):
    billed.prism.invoice("102", *(row("s1", "2026-10", retail="14.30") for _ in range(2)), month="2026-10")
    billed.sync()

    (note,) = notes_of(billed, "repriced_rows")

    assert "not the amount of 2 rows" in note.text
    assert note.cure.startswith("Is the price in another currency?")
