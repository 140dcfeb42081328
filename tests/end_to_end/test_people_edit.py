"""People work on the templates between two syncs: what is ours is put right, what is theirs stays."""

from __future__ import annotations

from decimal import Decimal

from tests.end_to_end.office import Json, Office, amount_of, invoiced, mark_of

CAST = ("adatum", "coho-winery", "litware")
ADATUM, COHO, LITWARE = 5001, 5010, 5025
TYPED_IN = 9033  # litware's line of Defender for Business


def conflict_of(office: Office) -> str:
    """What a person may decide about the line that litware's template has already."""
    (found,) = office.findings("conflict")
    return found.subject


def line_of(office: Office, template: int, product: str) -> Json:
    """Our recurring line of a product."""
    (line,) = [one for one in office.recurring(template) if product in one["name"]]
    return line


def defender_lines(office: Office) -> list[Json]:
    return [line for line in office.template(LITWARE)["lines"] if "Defender" in line["name"]]


def test_edited_quantity_and_price_are_set_back_at_the_next_invoice(office: Office):
    line = line_of(office, COHO, "Business Basic")
    office.edit("edit_line", schedule_id=COHO, line_id=line["id"], values={"quantity": 31, "retail_cents": 1})
    office.advance()

    office.sync()

    now = line_of(office, COHO, "Business Basic")
    assert (now["id"], now["quantity"], now["retail_cents"]) == (line["id"], line["quantity"], line["retail_cents"])
    assert office.unbalanced() == []


def test_edited_name_and_tax_flag_stay_the_users(office: Office):
    line = line_of(office, ADATUM, "Business Standard")
    values = {"name": "Mailboxes, as agreed", "taxable": not line["taxable"]}
    office.edit("edit_line", schedule_id=ADATUM, line_id=line["id"], values=values)
    office.advance()

    office.sync()

    now = next(one for one in office.recurring(ADATUM) if one["id"] == line["id"])
    assert {name: now[name] for name in values} == values
    assert now["retail_cents"] != line["retail_cents"]  # the price of October was written


def test_line_whose_mark_a_person_removed_is_still_ours(office: Office):
    line = line_of(office, COHO, "Microsoft 365 E3")
    office.edit("edit_line", schedule_id=COHO, line_id=line["id"], values={"description": "Thank you"})
    before = len(office.template(COHO)["lines"])

    again = office.sync()

    assert (again.writes, len(office.template(COHO)["lines"])) == ([], before)
    office.advance()
    office.sync()
    assert [one["id"] for one in office.template(COHO)["lines"] if one["id"] == line["id"]] == [line["id"]]
    assert len(office.template(COHO)["lines"]) == before  # of the one that ended there is its last amount
    assert office.doubled() == []


def test_deleted_recurring_line_comes_back_with_the_next_invoice(office: Office):
    line = line_of(office, COHO, "Microsoft 365 E3")
    office.edit("delete_line", schedule_id=COHO, line_id=line["id"])
    office.advance()

    office.sync()

    back = [one for one in office.recurring(COHO) if mark_of(one) == mark_of(line)]
    assert [one["quantity"] for one in back] == [line["quantity"]]
    assert office.unbalanced() == []


def test_one_time_line_gone_without_a_generation_is_held(office: Office):
    line = office.one_time(ADATUM)[0]
    office.edit("delete_line", schedule_id=ADATUM, line_id=line["id"])

    synced = office.sync()

    assert (synced.writes, synced.billing["status"]) == ([], "warning")
    (held,) = office.findings("lost")
    assert office.newest_balance()["held"] == held.retail + Decimal("54.00")
    assert office.sync().statuses == ["no_change", "no_change"]


def test_one_time_line_gone_is_written_again_when_a_person_says_so(office: Office):
    line = office.one_time(ADATUM)[0]
    office.edit("delete_line", schedule_id=ADATUM, line_id=line["id"])
    office.sync()
    (held,) = office.findings("lost")
    office.decide(held.subject, "again")

    office.sync()

    back = [one for one in office.one_time(ADATUM) if mark_of(one) == mark_of(line)]
    assert [one["retail_cents"] for one in back] == [line["retail_cents"]]
    assert (office.unbalanced(), office.planned()) == ([], [])


def test_line_that_is_deleted_again_is_not_written_again_unasked(office: Office):
    mark = mark_of(office.one_time(ADATUM)[0])
    delete_one_time(office, mark)
    office.sync()
    office.decide(office.findings("lost")[0].subject, "again")
    office.sync()
    delete_one_time(office, mark)

    synced = office.sync()

    assert (synced.writes, len(office.findings("lost"))) == ([], 1)
    office.decide(office.findings("lost")[0].subject, "again")
    assert len(office.sync().writes) == 1
    assert (office.unbalanced(), office.planned()) == ([], [])


def delete_one_time(office: Office, mark: str) -> None:
    (line,) = [one for one in office.one_time(ADATUM) if mark_of(one) == mark]
    office.edit("delete_line", schedule_id=ADATUM, line_id=line["id"])


def test_next_run_moved_without_an_invoice_is_held_and_never_billed_twice(office: Office):
    before = office.template(ADATUM)["lines"]
    office.edit("edit_schedule", schedule_id=ADATUM, values={"next_run": "2026-11-07"})

    synced = office.sync()

    assert synced.writes == []
    assert office.template(ADATUM)["lines"] == before
    assert len(office.findings("unproven")) == len(office.our_lines(ADATUM)) > 0
    assert office.unbalanced() == []


def test_line_that_vanished_and_was_dismissed_is_no_longer_looked_for(office: Office):
    for line in office.one_time(ADATUM):
        office.edit("delete_line", schedule_id=ADATUM, line_id=line["id"])
    office.edit("edit_schedule", schedule_id=ADATUM, values={"next_run": "2026-11-07"})
    office.sync()
    for held in office.findings("unproven"):
        office.decide(held.subject, "dismiss")
    office.sync()

    again = office.sync()

    assert [call["path"] for call in again.calls if "/invoices" in call["path"] and call["vendor"] == "syncro"] == []
    assert (again.statuses, office.unbalanced()) == (["no_change", "no_change"], [])


def test_template_that_ran_early_is_billed_once(office: Office):
    made = office.edit("run_template", schedule_id=ADATUM)["generated"]
    assert len(made) == 1

    synced = office.sync()

    assert synced.writes == []
    assert office.one_time(ADATUM) == []
    assert office.unbalanced() == []


def test_deleted_template_is_reported_and_other_customers_go_on(office: Office):
    office.edit("delete_schedule", schedule_id=COHO)
    generated = office.advance()
    assert COHO not in generated

    synced = office.sync()

    assert synced.billing["status"] == "warning"
    assert "no longer exists" in synced.messages
    assert {call["path"].split("/")[5] for call in synced.writes if "schedules" in call["path"]} == {str(ADATUM)}
    assert office.unbalanced() == []


def test_paused_template_is_written_with_a_warning(office: Office):
    office.edit("edit_schedule", schedule_id=COHO, values={"paused": True})
    office.advance()

    synced = office.sync()

    assert "is not billed until it runs" in synced.messages
    assert office.unbalanced() == []


def test_deleted_customer_is_reported_and_its_template_left_alone(office: Office):
    customer = office.template(COHO)["customer_id"]
    office.edit("delete_customer", customer_id=customer)
    before = office.template(COHO)["lines"]
    office.advance()

    synced = office.sync()

    assert "The Syncro customer no longer exists" in synced.messages
    assert office.recurring(COHO) == [line for line in before if mark_of(line) and not line["one_time_charge"]]
    assert office.unbalanced() == []


def test_line_typed_in_by_hand_keeps_ours_from_being_added(office: Office):
    assert [line["id"] for line in defender_lines(office)] == [TYPED_IN]
    assert office.newest_balance()["held"] == Decimal("54.00")

    office.advance()
    office.sync()

    assert [line["id"] for line in defender_lines(office)] == [TYPED_IN]
    assert office.unbalanced() == []


def test_held_period_is_not_said_to_have_missed_its_run(office: Office):
    office.advance()
    office.sync()

    assert [finding.text for finding in office.findings("not_billed")] == []
    assert len(office.findings("conflict")) == 1


def test_adopted_line_becomes_ours_and_keeps_its_name(office: Office):
    office.decide(conflict_of(office), "adopt", TYPED_IN)

    office.sync()

    (line,) = defender_lines(office)
    assert (line["id"], line["name"]) == (TYPED_IN, "Defender for Business, see e-mail of March")
    assert mark_of(line)
    assert "held" not in office.newest_balance()
    billed = office.advance()[LITWARE]
    office.sync()
    assert sum("Defender" in row["item"] for row in billed[0]["line_items"]) == 1
    assert (office.unbalanced(), office.planned()) == ([], [])


def test_keep_both_adds_ours_beside_the_typed_in_one(office: Office):
    office.decide(conflict_of(office), "keep")

    office.sync()

    lines = defender_lines(office)
    assert [bool(mark_of(line)) for line in lines] == [False, True]
    assert "held" not in office.newest_balance()
    assert (office.unbalanced(), office.planned()) == ([], [])


def test_excluded_subscription_stays_excluded_in_all_periods(office: Office):
    office.decide(conflict_of(office), "exclude")
    office.sync()
    assert office.newest_balance()["excluded"] == Decimal("54.00")

    office.advance()
    office.sync()

    assert [line["id"] for line in defender_lines(office)] == [TYPED_IN]
    held = [one["retail"]["held"] for one in office.balances()]
    assert held == ["0.00"] * len(held)
    assert office.findings("conflict") == office.findings("not_billed") == []
    assert office.unbalanced() == []


def test_conflict_excluded_after_two_held_months_excludes_both(office: Office):
    office.advance()
    office.sync()

    office.decide(conflict_of_latest(office), "exclude")
    office.sync()

    excluded = sum(Decimal(one["retail"]["excluded"]) for one in office.balances())
    assert excluded == Decimal("108.00")
    assert [line["id"] for line in defender_lines(office)] == [TYPED_IN]
    assert office.unbalanced() == []


def conflict_of_latest(office: Office) -> str:
    return office.findings("conflict")[-1].subject


def test_template_edited_between_plan_and_apply_is_planned_again(office: Office):
    line = line_of(office, COHO, "Microsoft 365 E3")
    office.advance()
    edit = {"action": "delete_line", "account": "northwind", "schedule_id": COHO, "line_id": line["id"]}
    office.fault("edit_before", vendor="syncro", method="GET", path=f"/schedules/{COHO}$", edits=[edit])

    office.sync()

    back = [one for one in office.recurring(COHO) if mark_of(one) == mark_of(line)]
    assert [one["quantity"] for one in back] == [line["quantity"]]
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])


def test_template_deleted_between_plan_and_apply_leaves_the_rest_right(office: Office):
    office.advance()
    edit = {"action": "delete_schedule", "account": "northwind", "schedule_id": COHO}
    office.fault("edit_before", vendor="syncro", method="GET", path=f"/schedules/{COHO}$", edits=[edit])

    synced = office.sync()

    assert "was deleted since the plan" in synced.messages
    assert office.unbalanced() == []
    assert office.sync().writes == []


def test_reordered_lines_ask_for_nothing(office: Office):
    before = positions(office, ADATUM)
    office.edit("reorder_lines", schedule_id=ADATUM)
    reordered = positions(office, ADATUM)
    assert sorted(reordered) == sorted(before)
    assert reordered == before[::-1] != before

    assert office.sync().statuses == ["no_change", "no_change"]
    assert positions(office, ADATUM) == reordered


def positions(office: Office, template: int) -> list[int]:
    """The lines of a template in the order in which Syncro shows them."""
    return [line["id"] for line in sorted(office.template(template)["lines"], key=lambda line: line["position"])]


def test_second_line_with_our_mark_is_taken_off(office: Office):
    line = office.recurring(COHO)[0]
    copy = {name: line[name] for name in ("name", "description", "quantity", "retail_cents", "cost_cents")}
    office.edit("add_line", schedule_id=COHO, values=copy | {"taxable": True})
    assert office.doubled() == [mark_of(line)]

    office.sync()

    assert office.doubled() == []
    assert line in office.recurring(COHO)


def test_template_that_did_not_run_for_two_periods_proposes_the_older_one(office: Office):
    office.edit("edit_schedule", schedule_id=COHO, values={"paused": True})
    september = amount_of(office.recurring(COHO))
    office.advance()

    office.sync()

    held = [one for one in office.findings("not_billed") if "Coho" in one.text]
    assert sum(one.retail for one in held) == september
    for one in held:
        office.decide(one.subject, "apply")
    office.sync()
    assert amount_of(caught_up(office)) == september
    assert (office.unbalanced(), office.planned()) == ([], [])
    office.edit("edit_schedule", schedule_id=COHO, values={"paused": False, "next_run": "2026-11-06"})
    office.sync()
    total = amount_of(office.template(COHO)["lines"])
    assert invoiced(office.advance()[COHO]) == total
    office.sync()
    assert (office.unbalanced(), caught_up(office)) == ([], [])


def test_month_that_could_not_be_written_counts_what_the_template_ran(office: Office):
    office.advance()
    office.edit("expire_token")
    office.sync()
    office.edit("restore_token")
    invoices = office.advance()[COHO]

    office.sync()

    counted = [one for one in office.findings("billed_ahead") if "Coho" in one.text]
    assert len(counted) > 0
    rows = {Decimal(row["quantity"]) * Decimal(row["price"]) for one in invoices for row in one["line_items"]}
    assert {one.retail for one in counted} <= rows
    waiting = [*office.findings("not_billed"), *office.findings("ran_unchanged")]
    assert [one for one in waiting if "Coho" in one.text] == []
    assert office.unbalanced() == []


def caught_up(office: Office) -> list[Json]:
    """Coho's one-time lines for a period that was not billed in its turn."""
    return [line for line in office.one_time(COHO) if "not billed before" in line["description"]]


def test_copy_of_our_line_whose_original_was_deleted_is_ours(office: Office):
    for line in office.recurring(COHO):
        copy = {name: line[name] for name in ("name", "description", "quantity", "retail_cents", "cost_cents")}
        office.edit("add_line", schedule_id=COHO, values=copy | {"taxable": True, "product_id": line["product_id"]})
        office.edit("delete_line", schedule_id=COHO, line_id=line["id"])
    marks = sorted(mark_of(line) for line in office.recurring(COHO) if "Teams Phone" not in line["name"])
    office.advance()  # within the month the one of Teams Phone ends

    synced = office.sync()

    assert synced.billing["status"] != "error"
    assert sorted(mark_of(line) for line in office.recurring(COHO)) == marks
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])
