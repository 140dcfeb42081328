"""Invoices that charge again what was charged: held whole until a person decides."""

from __future__ import annotations

import datetime as dt

import pytest

from core.audit import COMMAND
from core.models import AuditEntry
from core.scope import partner_scope
from invoices.models import SourceInvoice
from invoices.overlaps import CHARGED_TWICE
from invoices.selectors import overlap_facts
from invoices.services import (
    TAKEN_BACK_BEFORE,
    DecisionRefused,
    decide_overlap,
    hold_row_again,
    settle_row,
    undo_overlap_decision,
)
from tests.invoices.prism_wire import Row, World, row, subscription


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


def rows_of_september(**values: object) -> tuple[Row, Row]:
    """The rows of the counted invoice, with other values."""
    return row("s1", quantity=2, **values), row("s2", **values)


def test_second_issue_is_held_whole_at_whatever_price(counted):
    counted.prism.invoice("102", *rows_of_september(unit_retail="10.30"), row("s3", CustomerName="Contoso"))

    report = counted.sync()

    assert report.held == (counted.invoice("102").pk,)
    assert counted.invoices() == {"101": "counted", "102": "held"}
    assert not counted.invoice("102").reversal


@pytest.mark.parametrize(
    "rows",
    [
        [row("s1", "2026-10"), row("s2", "2026-10")],
        [row("a1", start="2026-09-05", end="2027-09-04", BillingCycle="Annual")],
        [row("s1", quantity=-1, days=(10, 20), BillingCycle="Monthly"), row("s2", "2026-10")],
        [row("", CustomerName="Contoso")],
        [row("s1", days=(18, 30), ratio="0.43333333"), row("s1", "2026-10", quantity=3), row("s2", "2026-10")],
        [row("s1", quantity=3), row("s2", quantity=2)],
        [row("s1", quantity=2, unit_retail="11.00"), row("s1", "2026-10"), row("s2", "2026-10")],
        [row("s1", quantity=2, unit_retail="10.30"), row("s3", "2026-10", CustomerName="Contoso")],
    ],
    ids=[
        "next month", "other subscription", "credit beside a new month", "without subscription",
        "late part beside the next month", "other quantities", "fewer than half", "of one subscription alone",
    ],
)  # fmt: skip
def test_late_rows_and_new_charges_count(counted, rows):
    counted.prism.invoice("102", *rows, month="2026-10")

    assert counted.sync().held == ()
    assert counted.invoices()["102"] == "counted"
    assert [charge.set_aside for charge in counted.charges("102")] == [""] * len(rows)


def test_what_is_taken_back_may_be_charged_again(counted):
    # The whole cycle's refund and its charge anew, in the form of the vendor's own examples.
    taken_back = [row("s1", quantity=-2), row("s2", quantity=-1)]
    counted.prism.invoice("102", *taken_back, *rows_of_september(unit_retail="11.00"))

    counted.sync()

    assert counted.invoices()["102"] == "counted"


def test_second_issue_of_a_month_with_a_change_is_held(world):
    world.prism.tenant("Contoso", subscription("s1"), subscription("s2"))
    change = [row("s1", quantity=number, days=(16, 30), ratio="0.5", BillingCycle="Monthly") for number in (-2, 3)]
    world.prism.invoice("101", *rows_of_september(), *change)
    world.prism.invoice("102", *rows_of_september(unit_retail="10.30"), *change)

    world.sync()

    assert world.invoices() == {"101": "counted", "102": "held"}


@pytest.mark.parametrize(("retail", "state"), [("10.00", "held"), ("9.00", "counted")])
def test_usage_repeats_only_with_its_amount(world, retail, state):
    world.prism.tenant("Contoso", *(subscription(ref, cycle=None, Unit="Usage-based") for ref in ("u1", "u2")))
    world.prism.invoice("101", row("u1"), row("u2"))
    world.prism.invoice("102", row("u1", unit_retail=retail), row("u2", unit_retail=retail))

    world.sync()

    assert world.invoices()["102"] == state


@pytest.mark.parametrize("others", [(), [row("s2", "2026-10"), row("s1", "2026-10")]], ids=["alone", "below half"])
def test_row_that_another_invoice_has_to_the_cent_is_held_alone(counted, others):
    counted.prism.invoice("102", row("s1", quantity=2), *others, month="2026-10")

    report = counted.sync()

    assert (report.held, counted.invoices()["102"]) == ((), "counted")
    held, *rest = counted.charges("102")
    assert (held.set_aside, held.kind, held.problem) == ("held", "unknown", CHARGED_TWICE)
    assert {charge.kind for charge in rest} <= {"recurring"}
    assert counted.sync().reclassified == 0  # nobody answered


@pytest.mark.parametrize(("counts", "kind", "set_aside"), [(True, "recurring", ""), (False, "unknown", "excluded")])
def test_row_held_alone_is_counted_or_excluded(counted, counts, kind, set_aside):
    counted.prism.invoice("102", row("s1", quantity=2), month="2026-10")
    counted.sync()
    (held,) = counted.charges("102")

    with partner_scope(counted.partner.pk):
        settle_row(charge_id=held.pk, counts=counts)
        with pytest.raises(DecisionRefused, match="does not wait"):
            settle_row(charge_id=held.pk, counts=counts)
    counted.sync()

    (settled,) = counted.charges("102")
    assert (settled.kind, settled.set_aside) == (kind, set_aside)


def test_answer_about_a_row_is_taken_back_until_a_sync_took_it_up(counted):
    counted.prism.invoice("102", row("s1", quantity=2), month="2026-10")
    counted.sync()
    (held,) = counted.charges("102")

    with partner_scope(counted.partner.pk):
        settle_row(charge_id=held.pk, counts=True)
        hold_row_again(charge_id=held.pk)
    assert counted.charges("102")[0].set_aside == "held"
    with partner_scope(counted.partner.pk):
        settle_row(charge_id=held.pk, counts=True)
    counted.sync()
    with partner_scope(counted.partner.pk), pytest.raises(DecisionRefused, match="took the row up"):
        hold_row_again(charge_id=held.pk)


def test_credit_of_a_whole_past_month_does_not_hold_the_regular_invoice(counted):
    counted.prism.invoice("102", row("s1", "2026-10"), row("s2", quantity=-1), month="2026-10")

    counted.sync()

    assert counted.invoices()["102"] == "counted"
    assert counted.kinds("102") == ["recurring", "credit"]


def test_unknown_rows_are_compared_too(counted):
    for number in ("102", "103"):
        counted.prism.invoice(number, row("nobody", "2026-10"), row("no one", "2026-10"), month="2026-10")

    counted.sync()

    assert counted.invoices() == {"101": "counted", "102": "counted", "103": "held"}


def test_past_invoices_are_compared_too(counted):
    counted.settings(baseline_at=None, billing_enabled=False)
    rows = row("s1", "2026-10"), row("s2", "2026-10")
    counted.prism.invoice("102", *rows, month="2026-10")
    counted.sync()
    counted.settings(billing_enabled=True, start="next")
    counted.sync()
    counted.prism.invoice("103", *rows, month="2026-10")

    counted.sync()

    assert counted.invoices()["103"] == "held"


@pytest.fixture
def issued_again(counted: World) -> World:
    """September was issued once more and is held."""
    counted.prism.invoice("102", *rows_of_september(unit_retail="10.30"))
    counted.sync()
    assert counted.invoices()["102"] == "held"
    return counted


def test_replacing_invoice_takes_the_place_of_the_others(issued_again):
    decide(issued_again, "102", "replaces")

    assert issued_again.invoices() == {"101": "replaced", "102": "counted"}
    with partner_scope(issued_again.partner.pk):
        assert AuditEntry.objects.get(action="invoice.decided").text == "Invoice 102 replaces 101"


def test_third_issue_repeats_the_one_that_counts(issued_again):
    issued_again.prism.invoice("103", *rows_of_september(unit_retail="10.40"))
    issued_again.sync()
    decide(issued_again, "102", "replaces")

    assert issued_again.invoices() == {"101": "replaced", "102": "counted", "103": "held"}
    decide(issued_again, "103", "replaces")
    assert issued_again.invoices() == {"101": "replaced", "102": "replaced", "103": "counted"}


def test_adding_invoice_counts_beside_the_others(issued_again):
    decide(issued_again, "102", "adds")

    assert issued_again.invoices() == {"101": "counted", "102": "counted"}


def test_decision_is_undone_until_something_was_planned_from_it(issued_again):
    decide(issued_again, "102", "replaces")

    assert decided_at(issued_again, "102") is not None
    with pytest.raises(DecisionRefused, match="planned"):
        undo(issued_again, "102", planned=True)
    undo(issued_again, "102")

    assert issued_again.invoices() == {"101": "counted", "102": "held"}
    assert decided_at(issued_again, "102") is None
    with pytest.raises(DecisionRefused, match="Nobody decided"):
        undo(issued_again, "102")


@pytest.mark.parametrize(("number", "choice", "words"), [("101", "adds", "not held"), ("102", "maybe", "neither")])
def test_decision_that_makes_no_sense_is_refused(issued_again, number, choice, words):
    with pytest.raises(DecisionRefused, match=words):
        decide(issued_again, number, choice)


# --- Taken back --------------------------------------------------------------------------------------


def taken_back(**values: object) -> tuple[Row, Row]:
    """The rows of the counted invoice with a minus."""
    return row("s1", quantity=-2, **values), row("s2", quantity=-1, **values)


def test_exact_reversal_and_its_original_cancel_each_other(counted):
    counted.prism.invoice("102", *taken_back())

    report = counted.sync()

    assert report.held == ()
    assert counted.invoices() == {"101": "reversed", "102": "reversed"}
    assert counted.invoice("102").reversal


def test_original_with_a_negative_row_is_reversed_exactly(world):
    world.prism.tenant("Contoso", subscription("s1"), subscription("s2"))
    world.prism.invoice("101", row("s1", quantity=2), row("s1", quantity=-1, days=(16, 30)), row("s2"))
    world.prism.invoice("102", row("s1", quantity=-2), row("s1", quantity=1, days=(16, 30)), row("s2", quantity=-1))

    world.sync()

    assert world.invoices() == {"101": "reversed", "102": "reversed"}


def test_rebate_that_was_taken_back_is_a_rebate_when_it_is_issued_again(world):
    # The reversal's row of 90.00 is no price that the rebate's row takes back: else the month would be one credit.
    world.prism.tenant("Contoso", subscription("s1"))
    month = [row("s1", quantity=2), row("s1", quantity=-1, unit_cost="80.00", unit_retail="90.00")]
    world.prism.invoice("101", *month)
    world.prism.invoice("102", row("s1", quantity=-2), row("s1", quantity=1, unit_cost="80.00", unit_retail="90.00"))
    world.prism.invoice("103", *month)

    world.sync()

    assert world.invoices() == {"101": "reversed", "102": "reversed", "103": "counted"}
    charge, rebate = world.charges("103")
    assert (charge.credit, bool(rebate.credit)) == ("", True)
    assert [one.credit != "" for one in world.charges("101")] == [False, True]


@pytest.mark.parametrize("numbers", [("102", "103"), ("103", "102")], ids=["before", "after"])
def test_replacement_counts_whether_it_comes_before_the_reversal_or_after(counted, numbers):
    reversal, replacement = numbers
    counted.prism.invoice(reversal, *taken_back())
    counted.prism.invoice(replacement, *rows_of_september(unit_retail="10.30"))

    counted.sync()

    assert counted.invoices() == {"101": "reversed", reversal: "reversed", replacement: "counted"}


def test_nothing_is_taken_back_twice(counted):
    counted.prism.invoice("102", *taken_back())
    counted.prism.invoice("103", *taken_back())
    counted.sync()

    assert counted.invoices() == {"101": "reversed", "102": "reversed", "103": "held"}
    decide(counted, "103", "adds")
    assert [charge.set_aside for charge in counted.charges("103")] == ["excluded"] * 2


def test_original_of_the_past_is_not_cancelled(counted):
    # It was billed by hand: what is taken back of it is a credit.
    with partner_scope(counted.partner.pk):
        SourceInvoice.objects.update(past=True)
    counted.prism.invoice("102", *taken_back())

    counted.sync()

    assert counted.invoices() == {"101": "past", "102": "counted"}
    assert counted.kinds("102") == ["credit", "credit"]


@pytest.mark.parametrize(
    "rows",
    [
        (row("s1", quantity=-2),),
        (row("s1", quantity=-2), row("s2", quantity=-1, retail="-9.99")),
    ],
    ids=["partial", "near"],
)
def test_partial_or_near_mirror_is_held_as_a_reversal(counted, rows):
    counted.prism.invoice("102", *rows)

    counted.sync()

    assert (counted.invoices()["102"], counted.invoice("102").reversal) == ("held", True)
    with pytest.raises(DecisionRefused, match="only takes back"):
        decide(counted, "102", "replaces")


@pytest.mark.parametrize(
    "rows", [(row("s1", quantity=-1),), (row("s1", quantity=-2), row("s1"))], ids=["own", "beside"]
)
def test_credits_that_mirror_nothing_and_a_correction_beside_its_refund_count(counted, rows):
    counted.prism.invoice("102", *rows)

    assert counted.sync().held == ()
    assert counted.invoices()["102"] == "counted"


def test_partial_reversal_that_adds_takes_back_what_it_mirrors(counted):
    counted.prism.invoice("102", row("s1", quantity=-2), row("s2", quantity=-1, days=(5, 20), BillingCycle="Monthly"))
    counted.sync()

    decide(counted, "102", "adds")
    assert counted.kinds("102") == ["proration", "credit"]

    undo(counted, "102")
    assert counted.kinds("102") == ["credit", "credit"]


@pytest.mark.parametrize("order", [("102", "103"), ("103", "102")])
def test_no_sequence_of_answers_takes_an_invoice_back_twice(counted, order):
    counted.prism.invoice("102", row("s1", quantity=-2))
    counted.prism.invoice("103", *rows_of_september(unit_retail="10.30"))
    counted.sync()
    assert counted.invoices() == {"101": "counted", "102": "held", "103": "held"}

    for number in order:
        decide(counted, number, {"102": "adds", "103": "replaces"}[number])

    assert counted.invoices() == {"101": "replaced", "102": "counted", "103": "counted"}
    (mirror,) = counted.charges("102")
    assert (mirror.set_aside, mirror.problem) == ("excluded", TAKEN_BACK_BEFORE)
    undo(counted, "103")
    assert counted.kinds("102") == ["proration"]


def test_facts_of_an_overlap_say_how_much_comes_again(issued_again):
    with partner_scope(issued_again.partner.pk):
        (facts,) = overlap_facts(issued_again.invoice("102"))

    assert (facts.other.number, facts.shared_charges, facts.shared.retail) == ("101", 2, 30)
    assert facts.mirrored_charges == 0
