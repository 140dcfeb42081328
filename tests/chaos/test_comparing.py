"""The comparison notices each kind of damage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from chaos.cast import SOURCES
from chaos.comparing import Damage, compare, count_strays, hand_made
from chaos.edits import lines_to_price, type_in_prices
from chaos.expected import Cents, expected_of
from chaos.holding import NOTHING
from chaos.vendors import ByHand, Typed, Vendors, mark_of
from sandbox.state import Store
from sandbox.timeline import open_sandbox
from sandbox.truth import charges_in

ACCOUNT = "northwind"


@pytest.fixture
def vendors(tmp_path: Path) -> Iterator[Vendors]:
    store = Store(tmp_path)
    with store.exclusive():
        open_sandbox(store, accounts=[ACCOUNT])
    store.close()
    found = Vendors(tmp_path, ACCOUNT)
    yield found
    found.close()


def entries_of(vendors: Vendors) -> list[dict]:
    return [entry for entry in vendors.mapping() if entry["tenant"] == "bellows"]


def sync_by_hand(vendors: Vendors, *, billed: Cents = NOTHING) -> int:
    """Put on the template what a right sync would, where so much was billed; answers the template's id."""
    with vendors.alone() as store:
        (wanted,) = expected_of(store, ACCOUNT, entries_of(vendors))
    (template,) = wanted.templates
    lines = [(*level, False) for level in wanted.standing(template).values()]
    if once := wanted.due - billed:
        lines.append((1, once.retail, once.cost, True))
    for number, (quantity, retail, cost, one_time) in enumerate(lines):
        mark = "BS:AAAAAAAAA" + "BCDEFGH"[number]
        values: dict[str, object] = {"name": f"Line {number}", "description": f"Licences [{mark}]"}
        values |= {"quantity": str(quantity), "retail_cents": retail, "cost_cents": cost, "one_time_charge": one_time}
        vendors.edit({"action": "add_line", "schedule_id": template, "values": values})
    schedule = next(one for one in vendors.schedules() if one["id"] == template)
    with vendors.alone() as store:  # people's lines are marked as such; these are the program's
        for line in schedule["lines"]:
            line["by_hand"] = "[BS:" not in line["description"]
        store.keep(ACCOUNT, "schedule", schedule)
    return int(template)


def damage_of(vendors: Vendors, foreign: dict, *, invoices: Sequence[dict] = (), quiet: bool = True) -> Damage:
    return compare(vendors, entries_of(vendors), invoices=invoices, foreign=foreign, quiet=quiet)


def told_by_reconcile(vendors: Vendors, *, held: tuple[str, str]) -> list[dict]:
    """What the product would say of the newest month, with so much held in retail and cost."""
    (entry,) = entries_of(vendors)
    with vendors.alone() as store:
        charges = charges_in(store, ACCOUNT)
        (wanted,) = expected_of(store, ACCOUNT, [entry])
    source = charges[entry["customer"], entry["motion"], wanted.newest].source.told()
    sides = {
        side: {"source_total": source[side], "held": amount, "not_mapped": "0.00", "balanced": True}
        for side, amount in zip(("retail", "cost"), held, strict=True)
    }
    customer = {"customer": entry["customer"], "motion": entry["motion"], **sides}
    return [{"number": "1", "source": SOURCES[0], "period": wanted.newest, **sides, "customers": [customer]}]


def in_dollars(line: dict) -> tuple[str, str]:
    quantity = Decimal(line["quantity"])
    return f"{quantity * line['retail_cents'] / 100:.2f}", f"{quantity * line['cost_cents'] / 100:.2f}"


def take_off(vendors: Vendors, template: int, line: dict) -> None:
    vendors.edit({"action": "delete_line", "schedule_id": template, "line_id": line["id"]})


def edit_quantity(vendors: Vendors, template: int, line: dict, quantity: Decimal) -> None:
    edit = {"action": "edit_line", "schedule_id": template, "line_id": line["id"]}
    vendors.edit({**edit, "values": {"quantity": str(quantity)}})


def pass_month(vendors: Vendors, template: int) -> None:
    """The template runs; then the next month's invoice comes, and a right sync writes its lines."""
    with vendors.alone() as store:
        (before,) = expected_of(store, ACCOUNT, entries_of(vendors))
    billed = sum((part.own for parts in before.cells.values() for part in parts), Cents())
    vendors.note_one_time()
    vendors.pass_month()
    schedule = next(one for one in vendors.schedules() if one["id"] == template)
    with vendors.alone() as store:
        store.keep(ACCOUNT, "schedule", schedule | {"lines": [line for line in schedule["lines"] if line["by_hand"]]})
    sync_by_hand(vendors, billed=billed)


def own_line(vendors: Vendors, template: int) -> dict:
    schedule = next(one for one in vendors.schedules() if one["id"] == template)
    return next(line for line in schedule["lines"] if not line["by_hand"])


def test_right_lines_are_no_damage(vendors: Vendors):
    foreign = hand_made(vendors)
    sync_by_hand(vendors)

    assert damage_of(vendors, foreign) == Damage()


def test_missing_line_counts(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    line = own_line(vendors, template)
    vendors.edit({"action": "delete_line", "schedule_id": template, "line_id": line["id"]})

    assert damage_of(vendors, foreign).missing == 1


def test_missing_line_that_is_held_is_no_damage(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    line = own_line(vendors, template)
    take_off(vendors, template, line)

    damage = damage_of(vendors, foreign, invoices=told_by_reconcile(vendors, held=in_dollars(line)))

    assert (damage.found, damage.held_cents) == (False, int(Decimal(in_dollars(line)[0]) * 100))


@pytest.mark.parametrize(("retail", "cost"), [("0.01", "0.00"), ("0.00", "0.01"), ("-0.01", "-0.01")])
def test_held_amount_that_is_no_sum_of_lines_explains_nothing(vendors: Vendors, retail: str, cost: str):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    line = own_line(vendors, template)
    take_off(vendors, template, line)
    held = in_dollars(line)
    other = (str(Decimal(held[0]) + Decimal(retail)), str(Decimal(held[1]) + Decimal(cost)))

    assert damage_of(vendors, foreign, invoices=told_by_reconcile(vendors, held=other)).missing == 1


def test_held_line_does_not_explain_that_another_is_missing(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    schedule = next(one for one in vendors.schedules() if one["id"] == template)
    held, gone = [line for line in schedule["lines"] if not line["by_hand"]][:2]
    take_off(vendors, template, gone)

    assert damage_of(vendors, foreign, invoices=told_by_reconcile(vendors, held=in_dollars(held))).missing == 1


def test_held_line_that_stands_all_the_same_counts(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    line = own_line(vendors, template)
    schedule = next(one for one in vendors.schedules() if one["id"] == template)
    lines = [{**line, "id": 99_999, "description": "Twice"}, *schedule["lines"]]
    with vendors.alone() as store:
        store.keep(ACCOUNT, "schedule", schedule | {"lines": lines})

    assert damage_of(vendors, foreign, invoices=told_by_reconcile(vendors, held=in_dollars(line))).duplicates == 1


def test_moved_mapping_is_expected_on_its_new_template_alone(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    (entry,) = entries_of(vendors)
    other = vendors.add_template_like(template)
    entry |= {"invoice_template": other, "been": [template, other]}
    vendors.note_move(entry)

    before = compare(vendors, [entry], invoices=[], foreign=foreign, quiet=True)
    move_own_lines(vendors, template, other)
    after = compare(vendors, [entry], invoices=[], foreign=foreign, quiet=True)

    assert (before.missing > 0, before.duplicates > 0, after) == (True, True, Damage())


def move_own_lines(vendors: Vendors, template: int, other: int) -> None:
    found = {one["id"]: one for one in vendors.schedules()}
    ours = [line for line in found[template]["lines"] if not line["by_hand"]]
    rest = [line for line in found[template]["lines"] if line["by_hand"]]
    with vendors.alone() as store:
        store.keep(ACCOUNT, "schedule", found[template] | {"lines": rest})
        store.keep(ACCOUNT, "schedule", found[other] | {"lines": ours})


def test_price_that_a_person_typed_in_is_expected_where_it_is_not_synced(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    (entry,) = entries_of(vendors)
    entry["pricing"] = "cost_only"
    (chosen,) = lines_to_price(vendors, [entry])

    type_in_prices(vendors, [chosen])
    line = next(one for one in lines_of(vendors, template) if one["id"] == chosen.line["id"])
    priced = compare(vendors, [entry], invoices=[], foreign=foreign, quiet=False)
    values = {"retail_cents": line["retail_cents"] - 123}
    vendors.edit({"action": "edit_line", "schedule_id": template, "line_id": line["id"], "values": values})
    reset = compare(vendors, [entry], invoices=[], foreign=foreign, quiet=False)

    assert line["retail_cents"] == chosen.line["retail_cents"] + 123
    assert [fact for fact in priced.facts if "recurring" in fact] == []
    assert len([fact for fact in reset.facts if "recurring" in fact]) == 1


def lines_of(vendors: Vendors, template: int) -> list[dict]:
    return next(one["lines"] for one in vendors.schedules() if one["id"] == template)


def test_wrong_price_counts_in_cents(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    line = own_line(vendors, template)
    values = {"retail_cents": line["retail_cents"] + 1}
    vendors.edit({"action": "edit_line", "schedule_id": template, "line_id": line["id"], "values": values})

    assert damage_of(vendors, foreign).wrong_cents == 2 * float(line["quantity"])  # the line's, and its next invoice's


def test_quantity_that_a_person_typed_in_since_the_invoice_is_no_damage(vendors: Vendors):
    template, foreign = sync_by_hand(vendors), hand_made(vendors)
    line = own_line(vendors, template)
    edit = {"action": "edit_line", "schedule_id": template, "line_id": line["id"], "values": {"quantity": 77}}
    vendors.edit(edit)
    vendors.typed = [Typed(template, line, 76)]
    assert damage_of(vendors, foreign).wrong_cents > 0

    vendors.typed = [Typed(template, line, 77)]
    assert not damage_of(vendors, foreign).found
    vendors.edit({**edit, "values": {"quantity": 77, "retail_cents": line["retail_cents"] + 1}})
    assert damage_of(vendors, foreign).wrong_cents > 0


def test_line_that_a_person_took_off_since_the_invoice_is_no_damage(vendors: Vendors):
    template, foreign = sync_by_hand(vendors), hand_made(vendors)
    line = own_line(vendors, template)
    vendors.typed = [Typed(template, line, None)]
    assert not damage_of(vendors, foreign).found

    take_off(vendors, template, line)
    assert not damage_of(vendors, foreign).found
    vendors.typed.clear()
    assert damage_of(vendors, foreign).missing == 1


def test_second_line_of_one_mark_counts(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    schedule = next(one for one in vendors.schedules() if one["id"] == template)
    schedule["lines"].append({**own_line(vendors, template), "id": 99_999})
    with vendors.alone() as store:
        store.keep(ACCOUNT, "schedule", schedule)

    assert damage_of(vendors, foreign).duplicates == 2  # by its mark, and as a recurring line too many


def test_second_product_of_one_code_counts(vendors: Vendors):
    foreign = hand_made(vendors)
    sync_by_hand(vendors)
    for _ in range(2):
        values = {"name": "Twice", "description": "Twice", "upc_code": "twice"}
        vendors.edit({"action": "add_product", "values": values})

    assert damage_of(vendors, foreign).duplicates == 1


def test_changed_line_of_a_person_counts(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    schedule = next(one for one in vendors.schedules() if one["id"] == template)
    line = next(line for line in schedule["lines"] if line["by_hand"])
    vendors.edit(
        {"action": "edit_line", "schedule_id": template, "line_id": line["id"], "values": {"name": "Overwritten"}}
    )

    assert damage_of(vendors, foreign).foreign == 1


def test_line_that_was_billed_twice_counts(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    line = own_line(vendors, template)
    for _ in range(2):
        schedule = next(one for one in vendors.schedules() if one["id"] == template)
        schedule["lines"] = [
            *(row for row in schedule["lines"] if row["id"] != line["id"]),
            {**line, "one_time_charge": True},
        ]
        with vendors.alone() as store:
            store.keep(ACCOUNT, "schedule", schedule)
        vendors.run_template(template)

    assert any("billed 2 times" in fact for fact in damage_of(vendors, foreign).facts)


def test_run_since_the_newest_invoice_bills_its_lines(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    vendors.run_template(template)

    assert not damage_of(vendors, foreign, quiet=False).found


def test_run_that_billed_too_little_of_a_month_counts(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    line = own_line(vendors, template)
    edit_quantity(vendors, template, line, Decimal(line["quantity"]) - 1)
    pass_month(vendors, template)

    damage = damage_of(vendors, foreign, quiet=False)

    assert (damage.missing, damage.wrong_cents) == (1, line["retail_cents"])


def test_what_a_run_billed_of_a_quantity_typed_in_is_no_damage(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    line = own_line(vendors, template)
    vendors.by_hand.append(ByHand.of(line, {"quantity": "99"}))
    edit_quantity(vendors, template, line, Decimal(99))
    pass_month(vendors, template)

    assert not damage_of(vendors, foreign, quiet=False).found


def test_billed_line_that_could_only_be_set_to_nothing_is_no_second_one(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    line = {**own_line(vendors, template), "one_time_charge": True}
    for quantity in (line["quantity"], "0.0"):
        with vendors.alone() as store:
            schedule = store.record(ACCOUNT, "schedule", template) or {}
            rest = [row for row in schedule["lines"] if row["id"] != line["id"]]
            store.keep(ACCOUNT, "schedule", schedule | {"lines": [*rest, {**line, "quantity": quantity}]})
            store.remember("switches", store.switches | {"one_time_after_generation": "kept"})
        vendors.run_template(template)

    assert not any(mark_of(line) in fact for fact in damage_of(vendors, foreign).facts)


def test_deleted_template_of_a_person_expects_nothing(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    take_off(vendors, template, own_line(vendors, template))
    assert damage_of(vendors, foreign).missing == 1

    vendors.gone_templates.add(template)
    vendors.edit({"action": "delete_schedule", "schedule_id": template})

    assert damage_of(vendors, foreign) == Damage()


def test_template_whose_deletion_never_came_is_compared(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    vendors.gone_templates.add(template)
    line = own_line(vendors, template)
    vendors.edit({"action": "delete_line", "schedule_id": template, "line_id": line["id"]})

    assert damage_of(vendors, foreign).missing == 1


def test_line_in_another_partners_account_counts():
    damage = Damage()

    count_strays([{"BS:AAAAAAAAAB", "BS:AAAAAAAAAC"}, {"BS:AAAAAAAAAC"}], damage)

    assert damage.foreign == 1


def test_what_was_switched_off_is_on_again_when_all_is_calm(vendors: Vendors):
    entry = entries_of(vendors)[0]
    template, customer = entry["invoice_template"], entry["syncro_customer"]
    vendors.edit({"action": "edit_schedule", "schedule_id": template, "values": {"paused": True}})
    vendors.edit({"action": "edit_customer", "customer_id": customer, "values": {"disabled": True}})
    vendors.paused.add(template)
    vendors.disabled.add(customer)

    vendors.calm()

    with vendors.alone() as store:
        assert store.record(ACCOUNT, "schedule", template)["paused"] is False
        assert store.record(ACCOUNT, "customer", customer)["disabled"] is False
