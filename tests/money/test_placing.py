"""One line that a period asks for, against what stands on the template: added, changed, kept, or asked about."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from money.enums import Action, Chosen, HoldCode, PartRole, PartState, Severity
from money.facts import Choice, MappingFacts, PostingPart, Rules
from money.marks import PeriodMarks
from money.placing import Placed, place_line
from money.present import PresentLines
from money.wanting.brief import PeriodBrief
from money.wanting.wants import Wanted
from money.words import Money
from tests.bookkeeping.product import Hold, LineValues, Note, OwnLine, PlannedChange, TemplateLine
from tests.money.plan_facts import MAPPING, OWN, PERIOD, PRODUCT, TEMPLATE, make_facts, make_line

D = Decimal
MARK = PeriodMarks("s1", "seat_monthly", "2026-10").recurring
ONCE = PeriodMarks("s1", "seat_monthly", "2026-10").of(PartRole.ADJUSTMENT)
OURS = replace(OWN, mark=MARK)
SEATS = Wanted(
    PartRole.RECURRING, MARK, D(10), Money(D(10), D(12)), Money(D(100), D(120)), Money(D(1), D(2)),
    text="Seats", reason="10 on the invoice", charge_ids=(4, 5),
)  # fmt: skip
REST = replace(SEATS, role=PartRole.ADJUSTMENT, mark=ONCE, quantity=D(1), text="Adjustment", reason="Rows differ")
CREDIT_HOLD = Hold(HoldCode.CREDIT, "Credit of -3.00.", "Apply it.", "credit:x")
CONFLICT = "conflict:seat_monthly:s1"


def brief(facts: MappingFacts, **over: object) -> PeriodBrief:
    given = {"rules": Rules(target="Syncro"), "choices": {}} | over
    return PeriodBrief(PERIOD, MAPPING, present=PresentLines(facts), **given)


def place(
    wanted: Wanted, *lines: TemplateLine, own: tuple[OwnLine, ...] = (), touched: tuple[str, ...] = (), **over: object
) -> Placed:
    return place_line(brief(make_facts(*lines, own=own), **over), wanted, touched)


def part(wanted: Wanted, state: PartState, reason: str = "") -> PostingPart:
    return PostingPart(wanted.role, wanted.mark, state, D(100), D(120), D(1), D(2), reason)


ADDED = PlannedChange(
    action=Action.ADD_LINE,
    role=PartRole.RECURRING,
    mark=MARK,
    customer_id=7,
    motion="seat_monthly",
    subscription_id=11,
    period="2026-10",
    template_id="101",
    what="Northwind: Business Premium",
    reason="10 on the invoice",
    after=LineValues("31", "Business Premium", f"Seats [{MARK}]", D(10), 12_00, 10_00, taxable=True, one_time=False),
    product_id=3,
    product_key="premium",
    retail=D(120),
    cost=D(100),
    charge_ids=(4, 5),
)


def test_line_that_is_not_there_is_added_with_all_that_is_known_of_it() -> None:
    assert place(SEATS) == Placed(part(SEATS, PartState.PLANNED), (ADDED,))


def test_one_time_line_says_what_it_is_and_is_taxed_as_its_product() -> None:
    untaxed = replace(PERIOD, product=replace(PRODUCT, taxable=False))
    (change,) = place_line(replace(brief(make_facts()), period=untaxed), REST, ()).changes

    assert change.after == LineValues(
        "31", "Business Premium (adjustment, Oct 2026)", f"Adjustment [{ONCE}]", D(1), 12_00, 10_00,
        taxable=False, one_time=True,
    )  # fmt: skip


def test_line_of_a_product_that_the_target_lacks_is_told() -> None:
    unlinked = replace(PERIOD, product=replace(PRODUCT, target_id=None))
    placed = place_line(replace(brief(make_facts()), period=unlinked), SEATS, ())

    assert [(note.code, note.product_id) for note in placed.notes] == [("no_product", 3)]


LINE = make_line(1, mark=MARK)
STANDING = LineValues(
    "31",
    "Business Premium",
    f"Business Premium [{MARK}]",
    D(10),
    12_00,
    10_00,
    taxable=True,
    one_time=False,
    position=1,
)


@pytest.mark.parametrize(
    ("line", "after", "action", "state"),
    [
        (LINE, STANDING, Action.KEEP, PartState.SYNCED),
        (replace(LINE, quantity=D(8)), STANDING, Action.CHANGE_LINE, PartState.PLANNED),
        (replace(LINE, retail_cents=1, cost_cents=1), STANDING, Action.CHANGE_LINE, PartState.PLANNED),
        (replace(LINE, one_time=True), STANDING, Action.CHANGE_LINE, PartState.PLANNED),
        (replace(LINE, product_id=None), STANDING, Action.CHANGE_LINE, PartState.PLANNED),
        (replace(LINE, product_id="99"), replace(STANDING, product_id="99"), Action.KEEP, PartState.SYNCED),
        (replace(LINE, name="Seats"), replace(STANDING, name="Seats"), Action.KEEP, PartState.SYNCED),
    ],
)
def test_line_that_stands_gets_our_numbers_and_keeps_what_people_made_of_it(
    line: TemplateLine, after: LineValues, action: Action, state: PartState
) -> None:
    placed = place(SEATS, line, own=(OURS,))

    (change,) = placed.changes
    assert (change.action, change.line_id, change.after, placed.part) == (action, "1", after, part(SEATS, state))
    assert change.before is not None
    assert change.before.quantity == line.quantity


def test_line_is_found_by_its_mark_where_its_id_is_unknown_or_gone() -> None:
    for own in ((), (replace(OURS, line_id="9"),)):
        (change,) = place(SEATS, LINE, own=own).changes
        assert (change.action, change.line_id) == (Action.KEEP, "1")


def test_line_on_the_template_that_the_mapping_had_before_goes_before_it_is_added() -> None:
    moved = replace(LINE, template_id="102")
    facts = make_facts(own=(replace(OURS, template_id="102"),))
    facts = replace(facts, other_templates={"102": replace(TEMPLATE, template_id="102", lines=(moved,))})
    gone, added = place_line(brief(facts), SEATS, ()).changes

    assert (gone.action, gone.line_id, gone.template_id, gone.moves, gone.what, gone.reason) == (
        Action.REMOVE_LINE,
        "1",
        "102",
        True,
        "Northwind: Business Premium",
        "The mapping moved to another invoice template",
    )
    assert added == ADDED


def test_amount_that_is_left_out_on_purpose_is_told_and_not_written() -> None:
    placed = place(replace(REST, excluded="Prorations: warn only"))

    assert placed.part == part(REST, PartState.EXCLUDED, "Prorations: warn only")
    assert (placed.changes, [note.code for note in placed.notes]) == ((), ["excluded"])


@pytest.mark.parametrize(
    ("choice", "state"),
    [
        (Choice(Chosen.DISMISS, retail=D(120), cost=D(100)), PartState.EXCLUDED),
        (Choice(Chosen.DISMISS, retail=D(121), cost=D(100)), PartState.HELD),
        (Choice(Chosen.DISMISS, retail=D(120), cost=D(101)), PartState.HELD),
        (Choice(Chosen.APPLY), PartState.HELD),
        (None, PartState.HELD),
    ],
)
def test_amount_that_waits_is_left_out_once_a_person_dismissed_just_that(
    choice: Choice | None, state: PartState
) -> None:
    credit = replace(REST, hold=CREDIT_HOLD)
    placed = place(credit, choices={"credit:x": choice} if choice else {})

    if state is PartState.EXCLUDED:
        assert placed == Placed(part(credit, state, "Dismissed"))
        return
    assert placed.part == part(credit, state, "Credit of -3.00.")
    assert [change.hold for change in placed.changes] == [CREDIT_HOLD]
    assert placed.notes == (
        Note(
            Severity.WARNING, "credit", "credit:credit:x", "Northwind: Credit of -3.00.", "Apply it.", "credit:x",
            customer_id=7, retail=D(120),
        ),
    )  # fmt: skip


def test_line_that_the_target_counts_is_not_written_unless_it_says_the_same_already() -> None:
    counted = replace(LINE, counted_by_target=True)
    placed = place(SEATS, replace(counted, quantity=D(8)), own=(OURS,))

    text = "Syncro counts the quantity of “Business Premium” itself, so it is not written."
    assert placed.part == part(SEATS, PartState.HELD, text)
    assert [(note.code, note.key) for note in placed.notes] == [("counted", f"counted:{MARK}:2026-10")]
    assert place(SEATS, counted, own=(OURS,)).part == part(SEATS, PartState.SYNCED)
    asked = place(replace(SEATS, hold=CREDIT_HOLD), replace(counted, quantity=D(8)), own=(OURS,))
    assert asked.part.reason == "Credit of -3.00."


FOREIGN = make_line(5)
BY_HAND = "Already on the template: “Business Premium”, quantity 10."


@pytest.mark.parametrize(
    ("choice", "state", "reason"),
    [
        (None, PartState.HELD, BY_HAND),
        (Choice(Chosen.KEEP), PartState.PLANNED, ""),
        (Choice(Chosen.EXCLUDE), PartState.EXCLUDED, "Excluded: already on the template"),
        (Choice(Chosen.ADOPT, line_id="5"), PartState.SYNCED, ""),
        (Choice(Chosen.ADOPT, line_id="6"), PartState.HELD, BY_HAND),
    ],
)
def test_line_typed_in_by_hand_for_the_same_product_is_asked_about(
    choice: Choice | None, state: PartState, reason: str
) -> None:
    line = replace(FOREIGN, description=f"[{MARK}]") if choice and choice.line_id == "5" else FOREIGN
    placed = place(SEATS, line, choices={CONFLICT: choice} if choice else {})

    assert placed.part == part(SEATS, state, reason)
    assert place(SEATS, make_line(5, name="Backup"), choices={}).part.state is PartState.HELD  # by its product
    other = replace(make_line(5, name="Backup"), product_id="77")
    assert place(SEATS, other, choices={}).part.state is PartState.PLANNED


def test_line_that_one_subscription_takes_over_is_no_others() -> None:
    adopt = {CONFLICT: Choice(Chosen.ADOPT, line_id="5")}
    (taken,) = place(SEATS, FOREIGN, choices=adopt).changes
    assert (taken.action, taken.line_id) == (Action.CHANGE_LINE, "5")

    (added,) = place(SEATS, FOREIGN, choices=adopt, touched=("5",)).changes
    assert (added.action, added.line_id, added.hold) == (Action.ADD_LINE, None, None)


@pytest.mark.parametrize(
    ("choice", "own", "state"),
    [
        (Choice(Chosen.ADOPT, line_id="5"), (), PartState.PLANNED),  # it will be taken over
        (Choice(Chosen.ADOPT, line_id="6"), (OURS,), PartState.PLANNED),  # it was
        (Choice(Chosen.ADOPT, line_id="6"), (), PartState.HELD),
        (None, (OURS,), PartState.HELD),
    ],
)
def test_adjustment_beside_a_line_typed_in_by_hand_is_added_once_that_is_taken_over(
    choice: Choice | None, own: tuple[OwnLine, ...], state: PartState
) -> None:
    lines = (FOREIGN, LINE) if own else (FOREIGN,)

    assert place(REST, *lines, own=own, choices={CONFLICT: choice} if choice else {}).part.state is state


@pytest.mark.parametrize(("role", "code"), [(PartRole.CREDIT, HoldCode.CREDIT), (PartRole.CATCH_UP, HoldCode.CONFLICT)])
def test_what_waits_anyway_is_not_asked_about_twice_but_for_what_was_not_billed(role: PartRole, code: HoldCode) -> None:
    (change,) = place(replace(REST, role=role, hold=CREDIT_HOLD), FOREIGN).changes

    assert change.hold is not None
    assert change.hold.code is code


def test_line_that_cannot_be_taken_over_or_need_not_is_left_alone() -> None:
    adopt = {CONFLICT: Choice(Chosen.ADOPT, line_id="5")}
    (kept,) = place(SEATS, FOREIGN, LINE, own=(OURS,), choices=adopt).changes
    assert (kept.action, kept.line_id) == (Action.KEEP, "1")

    for line in (replace(FOREIGN, counted_by_target=True), replace(FOREIGN, one_time=True)):
        assert place(SEATS, line, choices=adopt).part.state is PartState.HELD
