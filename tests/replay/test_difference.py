"""A plan that moved says so in a sentence of the field, before any rows are shown."""

from __future__ import annotations

from decimal import Decimal

from tests.replay.difference import show_difference, tell_difference
from tests.replay.form import Billing, Record, read_record
from tests.replay.loading import load_facts, plan_facts
from tests.replay.outcome import Account, Bill, ChangeTold, LineTold, Outcome, Side
from tests.replay.suite import accepted_plan, record_files
from tests.replay.table import read_sums, write_table
from tests.replay.telling import tell

NAME = "october-seats-added"


def outcome(quantity: str = "9", *, cost: str = "10.00", held: str = "0", waits: str = "", note: str = "") -> Outcome:
    """Contoso's ten seats come to ``quantity`` at 12.00, and some of the money is held."""
    before, after = make_line("10"), make_line(quantity, cost=cost)
    retail, cost_total = after.quantity * after.retail, after.quantity * after.cost
    bill = Bill("Contoso", "5001", recurring=retail, one_time=Decimal(0), cost=cost_total)
    written, waiting = Side(retail, cost_total), Side(Decimal(held), Decimal(0))
    source = written + waiting
    return Outcome(
        waits=waits,
        templates={"5001": "“Monthly services”, Monthly, next run 2026-11-07"},
        changes=[ChangeTold("change", "5001", "Contoso", "s1", before, after, f"{quantity} on the invoice")],
        bills=[bill],
        accounts=[Account("Contoso", "seat_monthly", source, Side(), {"synced or planned": written, "held": waiting})],
        left_out=[],
        notes=[note] if note else [],
    )


def make_line(quantity: str, *, cost: str = "10.00") -> LineTold:
    return LineTold(
        name="Microsoft 365 Business Basic", description="Microsoft 365 Business Basic", quantity=Decimal(quantity),
        retail=Decimal("12.00"), cost=Decimal(cost), one_time=False, taxable=True, product=301, position=1,
    )  # fmt: skip


def told(accepted: Outcome, now: Outcome) -> list[str]:
    return tell_difference(NAME, write_table(NAME, "Seats.", accepted), write_table(NAME, "Seats.", now))


def test_less_is_billed():
    first, *more = told(outcome("9"), outcome("8"))

    assert first == "october-seats-added: Contoso would be billed 12.00 less (96.00 instead of 108.00)"
    assert more == [
        "october-seats-added: Contoso, seat_monthly: 96.00 charged instead of 108.00",
        "october-seats-added: Contoso, seat_monthly: 96.00 synced or planned instead of 108.00",
    ]


def test_more_is_billed():
    assert told(outcome("9"), outcome("9.5"))[0] == (
        "october-seats-added: Contoso would be billed 6.00 more (114.00 instead of 108.00)"
    )


def test_same_now_and_more_by_every_later_run():
    accepted, now = outcome(), outcome()
    now.bills[0] = Bill(
        "Contoso", "5001", recurring=Decimal("120.00"), one_time=Decimal("-12.00"), cost=Decimal("90.00")
    )

    assert told(accepted, now) == [
        "october-seats-added: Contoso would be billed 12.00 more (120.00 instead of 108.00) by every later run"
    ]


def test_only_the_cost_differs():
    assert told(outcome(), outcome(cost="9.50"))[0] == (
        "october-seats-added: Contoso would be billed the same, at a cost that is 4.50 less (85.50 instead of 90.00)"
    )


def test_money_is_held_that_was_not():
    assert told(outcome(), outcome(held="-19.16")) == [
        "october-seats-added: Contoso, seat_monthly: 88.84 charged instead of 108.00",
        "october-seats-added: Contoso, seat_monthly: -19.16 held instead of 0.00",
    ]


def test_plan_waits_for_a_person():
    assert told(outcome(), outcome(waits="Approval is required."))[0] == (
        "october-seats-added: the plan would wait for a person: Approval is required."
    )
    assert told(outcome(waits="Approval is required."), outcome())[0] == (
        "october-seats-added: the plan would wait for nobody"
    )


def test_only_people_are_told_something_else():
    assert told(outcome(), outcome(note="warning: Contoso: The price changed.")) == [
        "october-seats-added: the same is billed, and people are told something else"
    ]


def test_same_money_on_other_lines():
    accepted = write_table(NAME, "Seats.", outcome())

    assert tell_difference(NAME, accepted, accepted.replace("9 on the invoice", "9 seats")) == [
        "october-seats-added: the same is billed, but written otherwise (Plan)"
    ]


def test_customer_who_is_not_billed_any_more():
    accepted = outcome()
    gone = Outcome(**{name: getattr(accepted, name) for name in accepted.__slots__} | {"bills": []})

    assert told(accepted, gone) == ["october-seats-added: Contoso would be billed 108.00 less (0.00 instead of 108.00)"]


def test_equal_plans_differ_in_nothing():
    assert told(outcome(), outcome()) == []


def test_nothing_was_accepted_yet():
    assert tell_difference(NAME, "", write_table(NAME, "Seats.", outcome())) == [
        "october-seats-added: no plan was accepted before"
    ]


def test_rows_that_differ_stand_below_the_sentences():
    accepted, now = (write_table(NAME, "Seats.", outcome(quantity)) for quantity in ("9", "8"))

    shown = show_difference(NAME, accepted, now).splitlines()

    assert shown[0] == tell_difference(NAME, accepted, now)[0]
    changed = [line for line in shown if line.startswith(("-    change", "+    change"))]
    assert changed == [f"-{row_of(accepted)}", f"+{row_of(now)}"]


def row_of(table: str) -> str:
    """The only row of the plan."""
    (row,) = [line for line in table.splitlines() if line.startswith("    change")]
    return row


# --- On a record ----------------------------------------------------------------------------------


def plan_of(name: str, record: Record) -> str:
    facts = load_facts(record)
    return write_table(name, record.story, tell(facts, *plan_facts(facts)))


def billing_otherwise(record: Record, **settings: object) -> Record:
    """The same month under other settings: what a changed rule would do."""
    program = record.program.model_copy(update={"billing": Billing(**settings)})
    return record.model_copy(update={"program": program})


def test_doctored_plan_fails_with_a_sentence():
    name = "seats-up-and-down-within-a-month"
    file = record_files()[name]
    doctored = accepted_plan(file).replace("263.71", "276.21")

    assert tell_difference(name, doctored, plan_of(name, read_record(file))) == [
        f"{name}: Northwind Traders would be billed 12.50 less (263.71 instead of 276.21)"
    ]


def test_changed_rule_shows_itself_in_a_sentence():
    name = "seats-up-and-down-within-a-month"
    file = record_files()[name]
    changed = billing_otherwise(read_record(file), prorations="warn")

    assert tell_difference(name, accepted_plan(file), plan_of(name, changed))[0] == (
        f"{name}: Northwind Traders would be billed 38.71 less (225.00 instead of 263.71)"
    )


def test_every_accepted_plan_accounts_for_each_cent():
    for file in record_files().values():
        sums = read_sums(accepted_plan(file))
        charged = {key[:2]: side for key, side in sums.where.items() if key[2] == "charged"}
        found = dict.fromkeys(charged, Side())
        for (customer, motion, where), side in sums.where.items():
            if where not in ("charged", "by pricing"):
                found[customer, motion] += side

        assert found == charged, file.stem
