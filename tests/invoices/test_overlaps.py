"""Invoices that charge again what was charged: held whole until a person decides."""

from __future__ import annotations

import datetime as dt
from importlib import import_module

import pytest
from django.db import connection

from core.audit import COMMAND
from core.models import AuditEntry
from core.scope import partner_scope
from invoices.models import SourceInvoice
from invoices.selectors import overlap_facts
from invoices.services import DecisionRefused, decide_overlap, undo_overlap_decision
from tests.invoices.prism_wire import World, row, subscription


@pytest.fixture
def counted(world: World) -> World:
    """September is imported: two seats subscriptions of one customer."""
    world.prism.tenant("Contoso", subscription("s1"), subscription("s2"), subscription("a1", cycle="Annual"))
    world.prism.invoice("101", row("s1", quantity=2), row("s2"))
    world.sync()
    return world


def decide(world: World, number: str, choice: str) -> None:
    """Take a decision about a held invoice."""
    with partner_scope(world.partner.pk):
        decide_overlap(invoice=world.invoice(number), choice=choice, actor=COMMAND)


def undo(world: World, number: str, *, planned: bool = False) -> None:
    """Take the decision back."""
    with partner_scope(world.partner.pk):
        undo_overlap_decision(invoice=world.invoice(number), planned=planned, actor=COMMAND)


def decided_at(world: World, number: str) -> dt.datetime | None:
    """When the decision that holds was taken."""
    with partner_scope(world.partner.pk):
        return world.invoice(number).overlap_decided_at


def test_same_subscription_and_period_again_holds_the_whole_invoice(counted):
    counted.prism.invoice("102", row("s1", quantity=3), row("s9", CustomerName="Contoso"))

    report = counted.sync()

    assert report.held == (counted.invoice("102").pk,)
    assert counted.invoices() == {"101": "counted", "102": "held"}
    assert not counted.invoice("102").reversal


@pytest.mark.parametrize(
    "rows",
    [
        [row("s1", "2026-10")],
        [row("a1", start="2026-09-05", end="2027-09-04")],
        [row("s1", quantity=-1, days=(10, 20)), row("s2", "2026-10")],
        [row("", CustomerName="Contoso")],
    ],
    ids=["next month", "other subscription", "credit beside a new month", "without subscription"],
)
def test_invoice_that_charges_nothing_again_counts(counted, rows):
    counted.prism.invoice("102", *rows, month="2026-10")

    assert counted.sync().held == ()
    assert counted.invoices()["102"] == "counted"


def test_credit_of_a_whole_past_month_does_not_hold_the_regular_invoice(counted):
    counted.prism.invoice("102", row("s1", "2026-10"), row("s2", quantity=-1), month="2026-10")

    counted.sync()

    assert counted.invoices()["102"] == "counted"
    assert counted.kinds("102") == ["recurring", "credit"]


def test_unknown_rows_are_compared_too(counted):
    counted.prism.invoice("102", row("nobody", "2026-10"), month="2026-10")
    counted.prism.invoice("103", row("nobody", "2026-10"), month="2026-10")

    counted.sync()

    assert counted.invoices() == {"101": "counted", "102": "counted", "103": "held"}


def test_past_invoices_are_compared_too(counted):
    counted.settings(baseline_at=None, billing_enabled=False)
    counted.prism.invoice("102", row("s1", "2026-10"), month="2026-10")
    counted.sync()
    counted.settings(billing_enabled=True, start="next")
    counted.sync()
    counted.prism.invoice("103", row("s1", "2026-10"), month="2026-10")

    counted.sync()

    assert counted.invoices()["103"] == "held"


def test_replacing_invoice_takes_the_place_of_the_others(counted):
    counted.prism.invoice("102", row("s1", quantity=3), row("s2"))
    counted.sync()

    decide(counted, "102", "replaces")

    assert counted.invoices() == {"101": "replaced", "102": "counted"}
    with partner_scope(counted.partner.pk):
        assert AuditEntry.objects.get(action="invoice.decided").text == "Invoice 102 replaces 101"


def test_replaced_invoice_overlaps_nothing_any_more(counted):
    counted.prism.invoice("102", row("s1", quantity=3))
    counted.sync()
    decide(counted, "102", "replaces")
    counted.prism.invoice("103", row("s2"))

    counted.sync()

    assert counted.invoices()["103"] == "counted"


def test_adding_invoice_counts_beside_the_others(counted):
    counted.prism.invoice("102", row("s1", quantity=1))
    counted.sync()

    decide(counted, "102", "adds")

    assert counted.invoices() == {"101": "counted", "102": "counted"}


def test_decision_is_undone_until_something_was_planned_from_it(counted):
    counted.prism.invoice("102", row("s1", quantity=3), row("s2"))
    counted.sync()
    decide(counted, "102", "replaces")

    assert decided_at(counted, "102") is not None
    with pytest.raises(DecisionRefused, match="planned"):
        undo(counted, "102", planned=True)
    undo(counted, "102")

    assert counted.invoices() == {"101": "counted", "102": "held"}
    assert decided_at(counted, "102") is None
    with pytest.raises(DecisionRefused, match="Nobody decided"):
        undo(counted, "102")


def test_decisions_of_an_older_version_get_their_moment_from_the_audit_log(counted):
    counted.prism.invoice("102", row("s1", quantity=3))
    counted.sync()
    decide(counted, "102", "adds")
    undo(counted, "102")
    decide(counted, "102", "replaces")
    with partner_scope(counted.partner.pk):
        SourceInvoice.objects.update(overlap_decided_at=None)
        with connection.cursor() as cursor:
            cursor.execute(import_module("invoices.migrations.0008_overlap_decided_at").FILL)
        told = AuditEntry.objects.get(text="Invoice 102 replaces 101").at

    assert (decided_at(counted, "102"), decided_at(counted, "101")) == (told, None)


def test_undo_leaves_replaced_what_another_invoice_replaces_too(counted):
    counted.prism.invoice("102", row("s1", quantity=3))
    counted.prism.invoice("103", row("s2", quantity=3))
    counted.sync()
    for number in ("102", "103"):
        decide(counted, number, "replaces")

    undo(counted, "102")

    assert counted.invoices() == {"101": "replaced", "102": "held", "103": "counted"}


@pytest.mark.parametrize(("number", "choice", "words"), [("101", "adds", "not held"), ("102", "maybe", "neither")])
def test_decision_that_makes_no_sense_is_refused(counted, number, choice, words):
    counted.prism.invoice("102", row("s1"))
    counted.sync()

    with pytest.raises(DecisionRefused, match=words):
        decide(counted, number, choice)


def test_mirrored_rows_mark_a_reversal(counted):
    counted.prism.invoice("102", row("s1", quantity=-2), row("s2", quantity=-1))

    counted.sync()

    assert (counted.invoices()["102"], counted.invoice("102").reversal) == ("held", True)
    assert counted.kinds("102") == ["credit", "credit"]


def test_credits_alone_that_mirror_nothing_count(counted):
    counted.prism.invoice("102", row("s1", quantity=-1))

    assert counted.sync().held == ()
    assert counted.kinds("102") == ["credit"]


def test_reversal_that_adds_takes_back_what_it_mirrors(counted):
    counted.prism.invoice("102", row("s1", quantity=-2), row("s2", quantity=-1, days=(5, 20)))
    counted.sync()

    decide(counted, "102", "adds")
    assert counted.kinds("102") == ["proration", "credit"]

    undo(counted, "102")
    assert counted.kinds("102") == ["credit", "credit"]


def test_reversal_with_the_corrected_charge_in_one_invoice(counted):
    counted.prism.invoice("102", row("s1", quantity=-2), row("s1", quantity=1))
    counted.sync()
    assert (counted.invoice("102").reversal, counted.kinds("102")) == (True, ["credit", "recurring"])

    decide(counted, "102", "adds")

    assert counted.kinds("102") == ["proration", "recurring"]


def test_facts_of_an_overlap_say_how_much_comes_again(counted):
    counted.prism.invoice("102", row("s1", quantity=-2), row("s1", quantity=1))
    counted.sync()

    with partner_scope(counted.partner.pk):
        (facts,) = overlap_facts(counted.invoice("102"))

    assert (facts.other.number, facts.shared_charges, facts.shared.retail) == ("101", 1, 20)
    assert facts.mirrored_charges == 1
