"""What became of the lines that we wrote: billed, standing, lost, or not provable."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncs.models.lines import LineState, PartRole, PartState
from syncs.models.runs import Action
from syncs.planning.facts import ChargeFact, Choice
from syncs.planning.mapping import plan_mapping
from syncs.planning.results import Plan
from tests.planning.factories import AZURE, D, make_charge, told, writes
from tests.planning.simulator import Simulator

JAN, FEB = "2026-01", "2026-02"


def azure(*, vanish: bool = True) -> tuple[Simulator, str]:
    """A usage line that stands, and its mark."""
    simulator = Simulator(motion=AZURE, one_time_lines_vanish=vanish)
    simulator.receive(1, JAN, [usage("50.00")])
    simulator.sync()
    (mark,) = simulator.marks()
    return simulator, mark


def usage(retail: str) -> ChargeFact:
    return make_charge("1", cost_amount=D("40.00"), retail_amount=D(retail), period=JAN)


def seats() -> Simulator:
    simulator = Simulator()
    simulator.receive(1, JAN, [make_charge("10", period=JAN)])
    simulator.sync()
    return simulator


def skip_a_run(simulator: Simulator) -> None:
    """Somebody moves the template's next run, and no invoice is made."""
    simulator.next_run = simulator.next_run.replace(month=simulator.next_run.month + 1)


def loss(simulator: Simulator, mark: str) -> str:
    """Subject of what a person may decide about a line that is gone."""
    return f"lost:{mark}:{simulator.own[mark].line_id}"


def states(simulator: Simulator, period: str = JAN) -> dict[PartRole, PartState]:
    return {part.role: part.state for part in simulator.posted[1, period].parts}


def actions(plan: Plan) -> list[Action]:
    return [change.action for change in writes(plan)]


# --- One-time lines ---------------------------------------------------------------------------------


def test_standing_line_is_left_alone() -> None:
    simulator, _ = azure()
    plan = simulator.sync()
    assert (plan.changes, plan.notes, plan.unchanged) == ([], [], 1)


def test_vanished_line_that_an_invoice_carries_is_billed() -> None:
    simulator, _ = azure()
    simulator.generate()
    assert (actions(simulator.sync()), states(simulator)) == ([], {PartRole.USAGE: PartState.BILLED})


def test_line_that_stands_after_it_was_billed_is_taken_off_without_a_new_invoice() -> None:
    simulator, _ = azure(vanish=False)
    simulator.generate()
    assert (actions(simulator.sync()), simulator.lines) == ([Action.REMOVE_LINE], {})


def test_line_gone_without_a_generation_is_held() -> None:
    simulator, mark = azure()
    simulator.lines.clear()
    plan = simulator.sync()
    assert (actions(plan), told(plan), plan.lost_marks) == ([], ["lost"], {mark})
    assert states(simulator) == {PartRole.USAGE: PartState.HELD}


def test_line_gone_from_a_template_without_a_next_run_is_not_called_lost() -> None:
    simulator, mark = azure()
    facts = simulator.facts()
    assert facts.template is not None
    ended = replace(facts, template=replace(facts.template, lines=(), next_run=None))
    plan = plan_mapping(ended)
    assert (actions(plan), told(plan), plan.lost_marks) == ([], ["unproven"], set())
    assert plan_mapping(replace(ended, carried=frozenset({mark}))).billed_marks == {mark}


def test_lost_line_stays_held_once_the_ledger_calls_it_lost() -> None:
    simulator, mark = azure()
    simulator.lines.clear()
    simulator.sync()
    facts = simulator.facts()
    lost = replace(simulator.own[mark], state=LineState.LOST)
    plan = plan_mapping(replace(facts, own_lines=(lost,)))
    assert (actions(plan), told(plan)) == ([], ["lost"])


@pytest.mark.parametrize(("choice", "written"), [("again", [Action.ADD_LINE]), ("dismiss", [])])
def test_lost_line_follows_the_persons_choice(choice: str, written: list[Action]) -> None:
    simulator, mark = azure()
    simulator.lines.clear()
    simulator.sync()
    simulator.choices[loss(simulator, mark)] = Choice(choice)
    assert actions(simulator.sync()) == written
    assert states(simulator) == {PartRole.USAGE: PartState.SYNCED if written else PartState.EXCLUDED}


def test_line_that_is_lost_once_more_asks_once_more() -> None:
    simulator, mark = azure()
    simulator.lines.clear()
    simulator.sync()
    simulator.choices[loss(simulator, mark)] = Choice("again")
    assert actions(simulator.sync()) == [Action.ADD_LINE]
    simulator.lines.clear()
    plan = simulator.sync()
    assert (actions(plan), told(plan), states(simulator)) == ([], ["lost"], {PartRole.USAGE: PartState.HELD})
    assert actions(simulator.sync()) == []
    simulator.choices[loss(simulator, mark)] = Choice("again")
    assert actions(simulator.sync()) == [Action.ADD_LINE]


@pytest.mark.parametrize("vanish", [True, False])
def test_run_that_no_invoice_proves_is_held(vanish: bool) -> None:
    simulator, _ = azure(vanish=vanish)
    skip_a_run(simulator)
    if vanish:
        simulator.lines.clear()
    plan = simulator.sync()
    assert (actions(plan), told(plan), states(simulator)) == ([], ["unproven"], {PartRole.USAGE: PartState.HELD})


@pytest.mark.parametrize(("choice", "state"), [("billed", PartState.BILLED), ("dismiss", PartState.EXCLUDED)])
def test_line_that_a_person_settled_is_taken_off_and_never_written_again(choice: str, state: PartState) -> None:
    simulator, mark = azure(vanish=False)
    skip_a_run(simulator)
    simulator.sync()
    simulator.choices[f"unproven:{mark}:{JAN}"] = Choice(choice)
    assert actions(simulator.sync()) == [Action.REMOVE_LINE]
    assert (actions(simulator.sync()), states(simulator)) == ([], {PartRole.USAGE: state})


@pytest.mark.parametrize("vanish", [True, False])
def test_dismissed_line_is_no_longer_taken_for_standing(vanish: bool) -> None:
    simulator, mark = azure(vanish=vanish)
    skip_a_run(simulator)
    if vanish:
        simulator.lines.clear()
    simulator.sync()
    simulator.choices[f"unproven:{mark}:{JAN}"] = Choice("dismiss")
    simulator.sync()
    assert simulator.own[mark].state is (LineState.LOST if vanish else LineState.REMOVED)
    plan = simulator.sync()
    assert (actions(plan), told(plan), states(simulator)) == ([], [], {PartRole.USAGE: PartState.EXCLUDED})


def test_dismissal_of_a_vanished_line_that_is_undone_asks_before_it_is_written_again() -> None:
    simulator, mark = azure()
    skip_a_run(simulator)
    simulator.lines.clear()
    simulator.sync()
    simulator.choices[f"unproven:{mark}:{JAN}"] = Choice("dismiss")
    simulator.sync()
    del simulator.choices[f"unproven:{mark}:{JAN}"]
    plan = simulator.sync()
    assert (actions(plan), told(plan), states(simulator)) == ([], ["lost"], {PartRole.USAGE: PartState.HELD})


@pytest.mark.parametrize("choice", ["billed", "dismiss"])
def test_more_usage_after_a_person_settled_the_line_is_its_own_line(choice: str) -> None:
    simulator, mark = azure(vanish=False)
    skip_a_run(simulator)
    simulator.sync()
    simulator.choices[f"unproven:{mark}:{JAN}"] = Choice(choice)
    simulator.sync()
    simulator.receive(1, JAN, [usage("7.00")])
    (added,) = writes(simulator.sync())
    assert (added.retail, added.mark != mark) == (D("7.00"), True)


def test_amount_whose_write_did_not_happen_is_not_called_billed() -> None:
    simulator, _ = azure()
    simulator.receive(1, JAN, [usage("8.00")])
    plan = plan_mapping(simulator.facts())
    simulator.carry_out(replace(plan, changes=[]))  # 58.00 was planned, 50.00 stands
    simulator.generate()
    (added,) = writes(simulator.sync())
    assert (added.retail, simulator.in_state(PartState.BILLED)[1]) == (D("8.00"), D("50.00"))


def test_second_lost_line_written_again_keeps_its_mark_apart() -> None:
    simulator, first = azure()
    simulator.lines.clear()
    simulator.sync()
    simulator.receive(1, JAN, [usage("7.00")])
    simulator.sync()
    simulator.generate()
    simulator.sync()
    simulator.choices[loss(simulator, first)] = Choice("again")
    (added,) = writes(simulator.sync())
    assert (added.mark, added.retail, len(simulator.posted[1, JAN].parts)) == (first, D("50.00"), 2)


# --- Recurring lines --------------------------------------------------------------------------------


def test_recurring_amount_is_billed_when_an_invoice_carries_it() -> None:
    simulator = seats()
    simulator.generate()
    simulator.sync()
    assert states(simulator) == {PartRole.RECURRING: PartState.BILLED}


def test_recurring_amount_of_a_run_that_no_invoice_proves_is_held() -> None:
    simulator = seats()
    skip_a_run(simulator)
    plan = simulator.sync()
    assert (actions(plan), told(plan), states(simulator)) == ([], ["unproven"], {PartRole.RECURRING: PartState.HELD})


def test_a_later_months_invoice_does_not_prove_an_earlier_month() -> None:
    simulator = seats()
    skip_a_run(simulator)
    simulator.sync()
    simulator.receive(1, FEB, [make_charge("10", period=FEB)])
    simulator.sync()
    simulator.generate()
    simulator.sync()
    assert (states(simulator), states(simulator, FEB)) == (
        {PartRole.RECURRING: PartState.HELD},
        {PartRole.RECURRING: PartState.BILLED},
    )


def test_month_that_did_not_run_is_proposed_when_the_next_one_comes() -> None:
    simulator = seats()
    simulator.receive(1, FEB, [make_charge("12", period=FEB)])
    plan = simulator.sync()
    assert (actions(plan), told(plan)) == ([Action.CHANGE_LINE], ["not_billed"])
    assert states(simulator) == {PartRole.CATCH_UP: PartState.HELD}


def test_seats_that_waited_for_approval_are_not_called_billed() -> None:
    simulator = seats()
    simulator.receive(1, JAN, [make_charge("2", period=JAN)])
    plan = plan_mapping(simulator.facts())
    waiting = [
        replace(p, parts=tuple(replace(q, state=PartState.HELD) for q in p.parts), confirms_run=False)
        for p in plan.postings
    ]
    simulator.carry_out(Plan(postings=waiting))  # 144.00 waits, the line still says 120.00
    simulator.generate()
    simulator.sync()
    assert simulator.in_state(PartState.BILLED) == (D("100.00"), D("120.00"))
    assert simulator.explained((1, JAN)) == (D("120.00"), D("144.00"))


@pytest.mark.parametrize("negatives", [True, False])
def test_late_seats_after_the_run_are_an_adjustment_and_the_line_follows(negatives: bool) -> None:
    simulator = seats()
    simulator.rules = replace(simulator.rules, negative_lines=negatives)
    simulator.generate()
    simulator.receive(1, JAN, [make_charge("2", ratio="0.5", start=16, period=JAN)])
    written = [(c.role, c.retail) for c in writes(simulator.sync())]
    assert written == [(PartRole.ADJUSTMENT, D("12.00")), (PartRole.RECURRING, D("144.00"))]


def test_late_seats_at_a_price_of_our_own_are_billed_at_that_price() -> None:
    simulator = Simulator(pricing={"sync_cost": True, "sync_retail": False})
    simulator.product = replace(simulator.product, retail=D("20.00"))
    simulator.receive(1, JAN, [make_charge("10", period=JAN)])
    simulator.sync()
    simulator.generate()
    simulator.receive(1, JAN, [make_charge("2", ratio="0.5", start=16, period=JAN)])
    simulator.sync()
    assert [p.retail for p in simulator.posted[1, JAN].parts if p.role is PartRole.ADJUSTMENT] == [D("20.00")]


def test_usage_corrected_after_the_run_does_not_bill_a_price_of_our_own_twice() -> None:
    simulator = Simulator(motion=AZURE, pricing={"sync_cost": True, "sync_retail": False})
    simulator.receive(1, JAN, [usage("50.00")])
    simulator.sync()
    simulator.generate()
    simulator.receive(1, JAN, [usage("7.00")])
    (added,) = writes(simulator.sync())
    assert (added.cost, added.retail) == (D("40.00"), D("0"))


def test_refund_after_the_run_waits_where_negatives_are_refused_and_the_line_stays_whole() -> None:
    simulator = seats()
    simulator.rules = replace(simulator.rules, negative_lines=False)
    simulator.generate()
    simulator.receive(1, JAN, [make_charge("-2", ratio="0.5", start=16, period=JAN)])
    plan = simulator.sync()
    assert [(c.after.quantity, c.after.one_time) for c in writes(plan) if c.after] == [(D(8), False)]
    assert states(simulator)[PartRole.ADJUSTMENT] is PartState.HELD


# --- Trouble ----------------------------------------------------------------------------------------


def test_trouble_forgets_nothing_that_was_billed() -> None:
    simulator = Simulator()
    rows = [make_charge("10", period=JAN), make_charge("2", ratio="0.5", start=16, period=JAN)]
    simulator.receive(1, JAN, [*rows, make_charge("-1", credit=True, period=JAN)])
    simulator.sync()
    simulator.generate()
    simulator.sync()
    billed = simulator.in_state(PartState.BILLED)
    simulator.carry_out(plan_mapping(replace(simulator.facts(), template=None)))
    assert (simulator.in_state(PartState.BILLED), actions(simulator.sync())) == (billed, [])
    assert simulator.in_state(PartState.BILLED) == billed


def test_product_that_became_unknown_takes_no_standing_line_off() -> None:
    simulator, _ = azure()
    facts = simulator.facts()
    more = replace(facts.periods[0], product=None, charges=(*facts.periods[0].charges, usage("7.00")))
    plan = plan_mapping(replace(facts, periods=(more,)))
    (posting,) = plan.postings
    assert actions(plan) == []
    assert sorted((p.state, p.retail) for p in posting.parts) == [
        (PartState.FAILED, D("7.00")),
        (PartState.SYNCED, D("50.00")),
    ]


def test_rows_withdrawn_after_they_were_billed_wait_for_a_person() -> None:
    simulator, _ = azure()
    simulator.generate()
    simulator.sync()
    simulator.charges[1, JAN] = []
    plan = simulator.sync()
    assert ([change.retail for change in plan.changes if change.hold], actions(plan)) == ([D("-50.00")], [])
