"""The comparison notices each kind of damage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.comparing import Damage, compare, count_strays, hand_made
from chaos.expected import expected_of
from chaos.vendors import Vendors
from sandbox.state import Store
from sandbox.timeline import open_sandbox

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


def sync_by_hand(vendors: Vendors) -> int:
    """Put on the template what a right sync would; answers the template's id."""
    with vendors.alone() as store:
        ((template, wanted),) = expected_of(store, ACCOUNT, entries_of(vendors)).items()
    lines = [(*level, False) for level in wanted.recurring.elements()]
    if wanted.retail_cents or wanted.cost_cents:
        lines.append((1, wanted.retail_cents, wanted.cost_cents, True))
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


def damage_of(vendors: Vendors, foreign: dict) -> Damage:
    return compare(vendors, entries_of(vendors), invoices=[], foreign=foreign, quiet=True)


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


def test_wrong_price_counts_in_cents(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
    line = own_line(vendors, template)
    values = {"retail_cents": line["retail_cents"] + 1}
    vendors.edit({"action": "edit_line", "schedule_id": template, "line_id": line["id"], "values": values})

    assert damage_of(vendors, foreign).wrong_cents >= float(line["quantity"])


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


def test_deleted_template_of_a_person_expects_nothing(vendors: Vendors):
    foreign = hand_made(vendors)
    template = sync_by_hand(vendors)
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
