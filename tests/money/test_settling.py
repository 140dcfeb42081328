"""What became of the one-time lines that we wrote: billed, standing, lost, or not provable."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from money.enums import PartRole, PartState
from money.planning import plan_billing
from money.words import Money
from tests.bookkeeping.proving import prove
from tests.money.beginnings import MORE_USAGE, USAGE

STAYS = "settings: one-time lines stay"  # when the template generates
DELETED = 'delete "Business Premium"'  # by a person
SKIPPED = "template azure: next run 1 Mar 2026"  # somebody moves the next run, and no invoice is made


def test_standing_line_is_left_alone() -> None:
    month = prove(f"""
        {USAGE}
        sync
          nothing is written
          line             | total
          Business Premium | 50.00
          says nothing
    """)
    assert month.last is not None
    assert (month.last.plan.changes, month.last.plan.unchanged) == ([], 1)


def test_vanished_line_that_an_invoice_carries_is_billed() -> None:
    month = prove(f"""
        {USAGE}
        generate
          line             | total
          Business Premium | 50.00
        sync
          nothing is written
          no lines
          charged 50.00 = billed 50.00
    """)
    assert [own.state for own in month.books.ledger.own.values()] == ["billed"]


def test_line_that_stands_after_it_was_billed_is_taken_off_without_a_new_invoice() -> None:
    prove(f"""
        {STAYS}
        {USAGE}
        generate
        sync
          done    | line             | total
          removed | Business Premium | 50.00
          charged 50.00 = billed 50.00
          says ran early
    """)


def test_line_gone_without_a_generation_is_held() -> None:
    prove(f"""
        {USAGE}
        {DELETED}
        sync
          nothing is written
          no lines
          charged 50.00 = held 50.00
          says lost: Northwind: The one-time line of Jan 2026 is gone, but the template has not run.
    """)


@pytest.mark.parametrize(
    ("happened", "account", "says"),
    [
        (DELETED, "held 50.00", "unproven"),
        ("generate", "billed 50.00", "nothing"),
    ],
)
def test_line_gone_from_a_template_without_a_next_run_is_not_called_lost(
    happened: str, account: str, says: str
) -> None:
    prove(f"""
        {USAGE}
        {happened}
        template azure: next run none
        sync
          nothing is written
          charged 50.00 = {account}
          says {says}
    """)


def test_lost_line_stays_held_once_the_ledger_calls_it_lost() -> None:
    prove(f"""
        {USAGE}
        {DELETED}
        sync
          says lost
        sync
          nothing is written
          charged 50.00 = held 50.00
          says lost
    """)


@pytest.mark.parametrize(
    ("choice", "lines", "account"),
    [("again", "added | Business Premium | 50.00", "synced 50.00"), ("dismiss", "", "excluded 50.00")],
)
def test_lost_line_follows_the_persons_choice(choice: str, lines: str, account: str) -> None:
    prove(f"""
        {USAGE}
        {DELETED}
        sync
          says lost
        decide {choice}
        sync
          done | line | total
          {lines}
          charged 50.00 = {account}
    """)


def test_line_that_is_lost_once_more_asks_once_more() -> None:
    lost = """
        sync
          nothing is written
          charged 50.00 = held 50.00
          says lost
    """
    again = """
        decide again
        sync
          done  | line             | total
          added | Business Premium | 50.00
    """
    prove(f"""
        {USAGE}
        {DELETED}
        {lost}
        {again}
        {DELETED}
        {lost}
        {lost}
        {again}
    """)


@pytest.mark.parametrize("rule", [STAYS, ""])
def test_run_that_no_invoice_proves_is_held(rule: str) -> None:
    prove(f"""
        {rule}
        {USAGE}
        {SKIPPED}
        {"" if rule else DELETED}
        sync
          nothing is written
          charged 50.00 = held 50.00
          says unproven
    """)


@pytest.mark.parametrize(("choice", "account"), [("billed", "billed 50.00"), ("dismiss", "excluded 50.00")])
def test_line_that_a_person_settled_is_taken_off_and_never_written_again(choice: str, account: str) -> None:
    prove(f"""
        {STAYS}
        {USAGE}
        {SKIPPED}
        sync
          says unproven
        decide {choice}
        sync
          done    | line             | total
          removed | Business Premium | 50.00
          says ran early
        sync
          nothing is written
          no lines
          charged 50.00 = {account}
    """)


@pytest.mark.parametrize("rule", [STAYS, ""])
def test_dismissed_line_is_no_longer_taken_for_standing(rule: str) -> None:
    month = prove(f"""
        {rule}
        {USAGE}
        {SKIPPED}
        {"" if rule else DELETED}
        sync
          says unproven
        decide dismiss
        sync
        sync
          nothing is written
          charged 50.00 = excluded 50.00
          says nothing
    """)
    (own,) = month.books.ledger.own.values()
    assert own.state == ("removed" if rule else "lost")


def test_dismissal_of_a_vanished_line_that_is_undone_asks_before_it_is_written_again() -> None:
    prove(f"""
        {USAGE}
        {SKIPPED}
        {DELETED}
        sync
          says unproven
        decide dismiss
        sync
          charged 50.00 = excluded 50.00
        undecide
        sync
          nothing is written
          charged 50.00 = held 50.00
          says lost
    """)


@pytest.mark.parametrize(("choice", "bucket"), [("billed", "billed"), ("dismiss", "excluded")])
def test_more_usage_after_a_person_settled_the_line_is_its_own_line(choice: str, bucket: str) -> None:
    account = "billed 50.00 + synced 7.00" if choice == "billed" else "synced 7.00 + excluded 50.00"
    prove(f"""
        {STAYS}
        {USAGE}
        {SKIPPED}
        sync
          says unproven
        decide {choice}
        sync
        {MORE_USAGE}
        sync
          done  | line             | total
          added | Business Premium |  7.00
          charged 57.00 = {account}
          says ran early
    """)


def test_annual_charges_that_are_replaced_after_the_run_are_one_line_of_the_difference() -> None:
    prove("""
        subscription y1: cycle Annual
        invoice I1 for Jan 2026
          subscription | from  | to          | seats
          y1           | 1 Jan | 31 Dec 2026 |    10
        sync
          line             | kind | seats | total
          Business Premium | once |    10 | 120.00
        generate
        invoice I2 for Jan 2026, held
          subscription | from  | to          | seats
          y1           | 1 Jan | 31 Dec 2026 |    12
          y1           | 1 Jan | 31 Dec 2026 |     1
        decide I2 replaces I1
        sync
          done  | line             | kind | seats | cost  | retail
          added | Business Premium | once |     1 | 30.00 |  36.00
          charged 276.00 = billed 120.00 + synced 36.00 + excluded 120.00
    """)


def test_annual_charge_that_is_replaced_by_a_refund_alone_waits_with_what_was_billed() -> None:
    prove("""
        subscription y1: cycle Annual
        invoice I1 for Jan 2026
          subscription | from  | to          | seats
          y1           | 1 Jan | 31 Dec 2026 |    10
        sync
          line             | kind | seats | total
          Business Premium | once |    10 | 120.00
        generate
        invoice I2 for Jan 2026, held
          subscription | from  | to          | seats
          y1           | 1 Jan | 31 Dec 2026 |    -4
        decide I2 replaces I1
        sync
          done  | line                                                  | kind      |   total
          waits | Business Premium (credit, 01 Jan 2026 to 31 Dec 2026) | once      |  -48.00
          waits | Business Premium                                      | recurring | -120.00
          charged 72.00 = billed 120.00 - held 168.00 + excluded 120.00
          says credit
          says quantity
    """)


def test_amount_whose_write_did_not_happen_is_not_called_billed() -> None:
    prove(f"""
        {USAGE}
        {MORE_USAGE}
        sync, no write succeeds
          done  | line             | total
          fails | Business Premium | 57.00
          stays | Business Premium | 50.00
          charged 57.00 = failed 57.00
        generate
        sync
          done  | line             | total
          added | Business Premium |  7.00
          charged 57.00 = billed 50.00 + synced 7.00
          says ran early
    """)


def test_second_lost_line_written_again_keeps_its_mark_apart() -> None:
    prove(f"""
        {USAGE}
        {DELETED}
        sync
          says lost
        {MORE_USAGE}
        sync
          done  | line             | total
          added | Business Premium |  7.00
          charged 57.00 = synced 7.00 + held 50.00
          says lost
        generate
        sync
          charged 57.00 = billed 7.00 + held 50.00
          says lost
        decide again
        sync
          done  | line             | total
          added | Business Premium | 50.00
          charged 57.00 = billed 7.00 + synced 50.00
          says ran early
    """)


@pytest.mark.parametrize(
    ("pricing", "price", "rules"), [("cost and retail", 12, "0.00"), ("only quantity", 13, "7.00")]
)
def test_run_just_before_a_line_was_changed_bills_what_we_had_written_before(
    pricing: str, price: int, rules: str
) -> None:
    # 7 seats are billed of October, of which ten are charged: three more are an adjustment, whatever the line says.
    month = prove(f"""
        mapping monthly: pricing {pricing}
        product Business Premium: cost 10.00, retail {price}.00
        invoice I1 for Oct 2026
          seats | retail
             10 |  12.00
        sync, whatever it says
          to bill on Northwind monthly {10 * price}.00
        generate
    """)
    facts = month.books.facts()
    (mark,) = facts[0].carried
    facts[0] = replace(facts[0], billed_before={mark: Money(Decimal(70), Decimal(7 * price))})

    (posting,) = plan_billing(facts, (), {}, {}).postings

    billed, rest = posting.parts
    assert (billed.state, billed.retail, billed.rules_retail) == (PartState.BILLED, 7 * price, Decimal(rules))
    assert (rest.role, rest.retail - rest.rules_retail) == (PartRole.ADJUSTMENT, Decimal("36.00"))
