"""One mapping: adding, changing, keeping, conflicts, moving and taking off."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from connectors.records import TemplateLine
from syncs.models.lines import PartRole, PartState
from syncs.models.runs import Action
from syncs.planning.facts import Choice, MappingFacts
from syncs.planning.holds import conflict_subject
from syncs.planning.mapping import plan_mapping
from syncs.planning.marks import line_mark
from syncs.planning.results import PlannedChange
from tests.planning.factories import (
    MONTHLY,
    OCT,
    SEP,
    D,
    held,
    make_charge,
    make_facts,
    make_line,
    make_own,
    make_part,
    make_period,
    make_posted,
    make_product,
    make_template,
    posting_of,
    reminded,
    told,
    writes,
)

MARK = line_mark("SUB-1", MONTHLY, "recurring")
CONFLICT = conflict_subject(MONTHLY, "SUB-1")
OLD_TEMPLATE = 4000


def our_line(**over: object) -> TemplateLine:
    """The recurring line as the last invoice left it: 8 seats."""
    values = {"product_id": 900, "name": "Business Premium", "description": f"Business Premium [{MARK}]",
              "quantity": D(8), "retail_cents": 1200, "cost_cents": 1000, "taxable": False, **over}  # fmt: skip
    return make_line(1, **values)


def standing(line: TemplateLine | None = None, **over: object) -> MappingFacts:
    """Facts in which our line stands on the template and the newest invoice says 10 seats."""
    line = line or our_line()
    template = make_template(line)
    return make_facts(make_period(), **{"template": template, "own_lines": (make_own(line, MARK),), **over})


def only_write(facts: MappingFacts) -> PlannedChange:
    (change,) = writes(plan_mapping(facts))
    return change


def by_hand(line_id: int = 50, **over: object) -> TemplateLine:
    return make_line(line_id, **{"product_id": 900, **over})


def with_foreign(*lines: TemplateLine, choice: Choice | None = None, **over: object) -> MappingFacts:
    choices = {CONFLICT: choice} if choice else {}
    ids = frozenset(line.line_id for line in lines)
    return make_facts(make_period(), template=make_template(*lines), foreign_ids=ids, choices=choices, **over)


# --- Adding, changing, keeping ----------------------------------------------------------------------


def test_new_seats_change_quantity_and_prices_alone() -> None:
    line = our_line(name="Renamed by the user", taxable=True, position=4, description=f"My words [{MARK}]")
    change = only_write(standing(line))
    assert change.before is not None
    assert (change.action, change.line_id) == (Action.CHANGE_LINE, 1)
    assert change.after == replace(change.before, quantity=D(10), one_time=False)


def test_line_edited_by_hand_is_set_back_with_the_next_invoice() -> None:
    line = our_line(quantity=D(99), retail_cents=1, cost_cents=1)
    after = only_write(standing(line)).after
    assert after is not None
    assert (after.quantity, after.retail_cents, after.cost_cents) == (10, 1200, 1000)


def test_mark_that_was_edited_away_comes_back_with_the_next_invoice() -> None:
    line = our_line(quantity=D(10), description="My words")
    after = only_write(standing(line)).after
    assert after is not None
    assert after.description == f"My words [{MARK}]"


def test_line_that_stands_as_wanted_is_kept() -> None:
    plan = plan_mapping(standing(our_line(quantity=D(10))))
    assert [change.action for change in plan.changes] == [Action.KEEP]
    assert [part.state for part in posting_of(plan).parts] == [PartState.SYNCED]


def test_line_that_the_ledger_lost_is_found_by_its_mark() -> None:
    assert only_write(standing(own_lines=())).line_id == 1


def test_line_of_a_product_made_again_moves_to_the_new_one() -> None:
    period = make_period(product=make_product(target_id=901, superseded_ids=frozenset({900})))
    after = only_write(replace(standing(), periods=(period,))).after
    assert after is not None
    assert after.product_id == 901


def test_price_that_is_not_synced_stays_as_it_stands() -> None:
    facts = standing(our_line(retail_cents=1999), mapping={"sync_cost": True, "sync_retail": False})
    after = only_write(facts).after
    assert after is not None
    assert (after.retail_cents, after.cost_cents) == (1999, 1000)


def test_line_that_syncro_counts_itself_is_not_written() -> None:
    plan = plan_mapping(standing(our_line(counted_by_target=True)))
    assert (writes(plan), told(plan)) == ([], ["counted"])


def test_price_change_is_told_in_the_fields_words() -> None:
    earlier = make_posted(make_part(MARK, "96", "80", state=PartState.BILLED), period=SEP, unit_cost=D(9))
    texts = [note.text for note in plan_mapping(standing(posted=(earlier,))).notes]
    assert texts == [
        "Northwind, Business Premium: Subscription cost unit price changed from 9.00 to 10.00 on 01 Oct 2026"
    ]


# --- Already on the template ------------------------------------------------------------------------


def test_line_of_the_same_product_holds_the_new_one() -> None:
    plan = plan_mapping(with_foreign(by_hand()))
    (waiting,) = held(plan)
    assert waiting.hold is not None
    assert (writes(plan), waiting.hold.subject, told(plan)) == ([], CONFLICT, ["conflict"])
    assert [part.state for part in posting_of(plan).parts] == [PartState.HELD]


def test_line_of_another_product_holds_nothing() -> None:
    assert only_write(with_foreign(by_hand(product_id=77))).action is Action.ADD_LINE


def test_keep_both_adds_ours_beside_it() -> None:
    assert only_write(with_foreign(by_hand(), choice=Choice("keep"))).action is Action.ADD_LINE


def test_exclude_writes_nothing() -> None:
    plan = plan_mapping(with_foreign(by_hand(), choice=Choice("exclude")))
    assert (plan.changes, [part.state for part in posting_of(plan).parts]) == ([], [PartState.EXCLUDED])


def test_adopt_takes_the_line_over() -> None:
    change = only_write(with_foreign(by_hand(), choice=Choice("adopt", 50)))
    assert change.after is not None
    assert (change.action, change.line_id, change.after.name) == (Action.CHANGE_LINE, 50, "Managed backup")
    assert (change.after.quantity, change.after.description) == (10, f"Typed in by hand [{MARK}]")


def test_adopted_line_keeps_its_price_where_none_is_synced() -> None:
    pricing = {"sync_cost": False, "sync_retail": False}
    change = only_write(with_foreign(by_hand(), choice=Choice("adopt", 50), mapping=pricing))
    assert change.after is not None
    assert (change.after.retail_cents, change.after.cost_cents) == (2500, 1000)


@pytest.mark.parametrize("unfit", [{"counted_by_target": True}, {"one_time": True}])
def test_line_that_cannot_be_adopted_stays_a_conflict(unfit: dict[str, bool]) -> None:
    plan = plan_mapping(with_foreign(by_hand(**unfit), choice=Choice("adopt", 50)))
    assert (writes(plan), told(plan)) == ([], ["conflict"])


def test_two_subscriptions_do_not_adopt_one_line() -> None:
    facts = with_foreign(by_hand(), choice=Choice("adopt", 50))
    second = conflict_subject(MONTHLY, "SUB-2")
    facts = replace(
        facts,
        periods=(make_period(), make_period(subscription=2)),
        choices={**facts.choices, second: Choice("adopt", 50)},
    )
    assert sorted(change.action for change in writes(plan_mapping(facts))) == [Action.ADD_LINE, Action.CHANGE_LINE]


def test_first_plan_lists_the_other_recurring_lines() -> None:
    lines = [by_hand(50, product_id=None), by_hand(51, product_id=None, one_time=True)]
    plan = plan_mapping(with_foreign(*lines, first=True))
    assert [note.text for note in plan.notes] == [
        "Northwind: other recurring lines on “Northwind monthly”: “Managed backup” (3)."
    ]


# --- Moving -----------------------------------------------------------------------------------------


def moved() -> MappingFacts:
    """The mapping moved to another template; our line stands on the old one."""
    line = our_line(template_id=OLD_TEMPLATE, retail_cents=1999)
    old, new = make_template(line, template_id=OLD_TEMPLATE), make_template()
    return make_facts(
        make_period(),
        own_lines=(make_own(line, MARK),),
        posted=(make_posted(make_part(MARK, "96", "80"), template_id=OLD_TEMPLATE),),
        template=new,
        other_templates={OLD_TEMPLATE: old, new.template_id: new},
    )


def test_moved_mapping_takes_its_line_off_before_it_adds_it() -> None:
    changes = [(c.action, c.template_id, c.moves) for c in writes(plan_mapping(moved()))]
    assert changes == [(Action.REMOVE_LINE, OLD_TEMPLATE, True), (Action.ADD_LINE, 5001, False)]


def test_moved_line_takes_its_own_price_along() -> None:
    facts = moved()
    pricing = replace(facts.mapping, sync_cost=True, sync_retail=False)
    added = writes(plan_mapping(replace(facts, mapping=pricing)))[1]
    assert added.after is not None
    assert added.after.retail_cents == 1999


# --- Taking off -------------------------------------------------------------------------------------


def missing(**over: object) -> MappingFacts:
    """Our line stands, and the newest regular invoice no longer names its subscription."""
    earlier = make_posted(make_part(MARK, "96", "80", state=PartState.BILLED), period=SEP)
    return replace(standing(posted=(earlier,)), periods=(), invoiced=frozenset(), **over)


def test_subscription_missing_from_the_newest_invoice_loses_its_line() -> None:
    assert only_write(missing()).action is Action.REMOVE_LINE


@pytest.mark.parametrize("over", [{"newest": SEP}, {"newest": ""}, {"invoiced": frozenset({1})}])
def test_nothing_is_removed_without_a_newer_regular_invoice(over: dict[str, object]) -> None:
    facts = replace(missing(), **over)
    assert plan_mapping(facts).changes == []


def test_line_of_a_subscription_with_held_rows_stays() -> None:
    plan = plan_mapping(missing(uncertain=frozenset({1})))
    assert (plan.changes, told(plan)) == ([], ["removal_held"])


def test_seats_that_came_down_to_none_take_the_line_off() -> None:
    period = make_period(make_charge("8"), make_charge("-8"))
    assert only_write(replace(standing(), periods=(period,))).action is Action.REMOVE_LINE


def test_line_that_syncro_counts_is_never_taken_off() -> None:
    facts = missing()
    assert facts.template is not None
    counted = tuple(replace(line, counted_by_target=True) for line in facts.template.lines)
    facts = replace(facts, template=replace(facts.template, lines=counted))
    assert plan_mapping(facts).changes == []


def test_second_line_with_the_mark_is_taken_off() -> None:
    double = replace(our_line(), line_id=2)
    facts = standing(our_line(quantity=D(10)), template=make_template(our_line(quantity=D(10)), double))
    change = only_write(facts)
    assert (change.action, change.line_id) == (Action.REMOVE_LINE, 2)


def adjusted() -> tuple[MappingFacts, TemplateLine]:
    """An adjustment of October stands; the rows that asked for it are gone."""
    mark = line_mark("SUB-1", MONTHLY, "adjustment", OCT)
    line = make_line(2, description=f"Adjustment [{mark}]", quantity=D(1), one_time=True)
    recurring = our_line(quantity=D(10))
    own = (make_own(recurring, MARK), make_own(line, mark, role=PartRole.ADJUSTMENT))
    parts = (make_part(MARK, "120", "100"), make_part(mark, "25", "10", role=PartRole.ADJUSTMENT))
    return standing(
        recurring, template=make_template(recurring, line), own_lines=own, posted=(make_posted(*parts),)
    ), line


def test_one_time_line_that_nothing_asks_for_is_taken_off() -> None:
    facts, line = adjusted()
    change = only_write(facts)
    assert (change.action, change.line_id) == (Action.REMOVE_LINE, line.line_id)


def test_one_time_line_of_a_period_that_is_not_looked_at_stays() -> None:
    facts, _ = adjusted()
    assert plan_mapping(replace(facts, periods=())).changes == []


def test_applied_credit_that_is_dismissed_later_is_taken_off() -> None:
    mark = line_mark("SUB-1", MONTHLY, "credit", OCT, "CR-1")
    line = make_line(
        2, description=f"Credit [{mark}]", quantity=D(1), retail_cents=-2400, cost_cents=-2000, one_time=True
    )
    recurring = our_line(quantity=D(10))
    period = make_period(make_charge("10"), make_charge("-2", credit=True, invoice_number="CR-1"))
    facts = standing(
        recurring,
        template=make_template(recurring, line),
        own_lines=(make_own(recurring, MARK), make_own(line, mark, role=PartRole.CREDIT)),
    )
    facts = replace(facts, periods=(period,))
    assert writes(plan_mapping(facts)) == []  # it stands, whatever the setting is now
    change = only_write(replace(facts, choices={f"credit:{mark}": Choice("dismiss")}))
    assert (change.action, change.line_id) == (Action.REMOVE_LINE, 2)


# --- Trouble, and what the template is like ---------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"mapping": {"trouble": "Other currency.", "trouble_code": "currency"}}, "currency"),
        ({"template": None}, "template_gone"),
    ],
)
def test_trouble_holds_every_amount_and_writes_nothing(over: dict[str, object], code: str) -> None:
    plan = plan_mapping(make_facts(make_period(), **over))
    (part,) = posting_of(plan).parts
    assert (plan.changes, told(plan), part.state, part.retail) == ([], [code], PartState.HELD, D("120.00"))


def test_paused_template_is_warned_about_when_something_is_written() -> None:
    plan = plan_mapping(make_facts(make_period(), template=make_template(paused=True)))
    assert told(plan) == ["paused"]


def test_paused_template_is_warned_about_as_long_as_a_line_of_ours_stands_on_it() -> None:
    line = our_line(quantity=D(10))
    facts = standing(line, template=make_template(line, paused=True))
    plan = plan_mapping(facts)
    assert (writes(plan), told(plan)) == ([], ["paused"])
    empty = plan_mapping(replace(facts, periods=(), own_lines=(), template=make_template(paused=True)))
    assert told(empty) == []


def test_template_that_ran_before_the_invoice_came_is_warned_about() -> None:
    late = make_template(next_run=dt.date(2026, 12, 1))
    assert told(plan_mapping(make_facts(make_period(), template=late))) == ["ran_early"]


def test_template_that_ran_early_is_only_reminded_of_when_nothing_is_written() -> None:
    line = our_line(quantity=D(10))
    plan = plan_mapping(standing(line, template=make_template(line, next_run=dt.date(2026, 12, 1))))
    assert (writes(plan), told(plan), reminded(plan)) == ([], [], ["ran_early"])


def test_changed_setting_reaches_the_newest_month_and_no_billed_one() -> None:
    billed = make_posted(
        make_part(line_mark("SUB-1", MONTHLY, "recurring"), "96", "80", state=PartState.BILLED), period=SEP
    )
    september = make_period(make_charge("8", period=SEP), period=SEP)
    first = plan_mapping(make_facts(september, make_period(), posted=(billed,)))
    assert [p.period for p in first.postings] == [SEP, OCT]
    again = replace(billed, fingerprint=first.postings[0].fingerprint.partition(":")[0] + ":other")
    assert [p.period for p in plan_mapping(make_facts(september, make_period(), posted=(again,))).postings] == [OCT]
