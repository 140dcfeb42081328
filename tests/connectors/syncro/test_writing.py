"""Writing to Syncro: exact bodies, refusals as messages, lost answers, and lines that must go."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

import pytest
import requests

from connectors.errors import (
    ConnectorError,
    PermissionMissing,
    RateLimited,
    RecordMissing,
    RejectedRecord,
    TransientError,
    UnexpectedAnswer,
)
from connectors.records import LineValues, NewProduct, ProductRecord
from connectors.syncro.client import SyncroClient
from tests.connectors.syncro.conftest import API, NO_PERMISSION, line_json, product_json, schedule_json

NEW = NewProduct("PC_SKU Microsoft 365", "Microsoft 365", "sku|1|monthly", Decimal("18.7"), Decimal(22), taxable=True)
CURRENT = ProductRecord(
    product_id="5",
    name="Renamed by hand",
    description=" Text of theirs ",
    code="sku|1|monthly",
    cost=Decimal(1),
    retail=Decimal(2),
    taxable=False,
    disabled=True,
    maintain_stock=True,
    serialized=True,
)
LINE = LineValues(
    product_id="301",
    name="Microsoft 365",
    description="Text [mark]",
    quantity=Decimal("12.00"),
    retail_cents=2200,
    cost_cents=1870,
    taxable=True,
    one_time=False,
)


def sent(vendor):
    return vendor.calls[-1].request.body


def test_product_is_created_flat_with_prices_in_dollars(vendor, syncro):
    vendor.post(f"{API}/products", json={"product": product_json(9, upc_code="sku|1|monthly")})

    created = syncro.create_product(NEW)

    assert created.product_id == "9"
    assert json.loads(sent(vendor), parse_float=str) == {
        "name": "PC_SKU Microsoft 365",
        "description": "Microsoft 365",
        "upc_code": "sku|1|monthly",
        "price_cost": "18.70",
        "price_retail": "22.00",
        "taxable": True,
        "maintain_stock": False,
        "serialized": False,
        "disabled": False,
    }
    assert vendor.calls[0].request.headers["Content-Type"] == "application/json"
    assert syncro.calls == {"POST": 1}


def test_description_of_a_new_product_is_never_empty(vendor, syncro):
    vendor.post(f"{API}/products", json={"product": product_json(9)})
    syncro.create_product(NewProduct("Name", "", "k", Decimal(1), Decimal(1), taxable=False))
    assert json.loads(sent(vendor))["description"] == "Name"


def test_price_change_sends_everything_that_would_be_reset_without_it(vendor, syncro):
    vendor.put(f"{API}/products/5", json={"product": product_json(5, price_cost=8.7, price_retail=9.9)})

    changed = syncro.update_prices(CURRENT, cost=Decimal("8.7"), retail=Decimal("9.9"))

    assert (changed.cost, changed.retail) == (Decimal("8.7"), Decimal("9.9"))
    assert json.loads(sent(vendor), parse_float=str) == {
        "name": "Renamed by hand",
        "description": " Text of theirs ",
        "upc_code": "sku|1|monthly",
        "price_cost": "8.70",
        "price_retail": "9.90",
        "taxable": False,
        "maintain_stock": True,
        "serialized": True,
        "disabled": True,
    }


def test_price_with_part_cents_is_a_mistake_of_ours(vendor, syncro):
    with pytest.raises(ValueError, match="whole cents"):
        syncro.update_prices(CURRENT, cost=Decimal("8.705"), retail=Decimal("9.9"))
    assert len(vendor.calls) == 0


def test_line_is_added_in_full_with_whole_cents(vendor, syncro):
    vendor.post(f"{API}/schedules/201/add_line_item", json={"schedule_line_item": line_json(501, quantity="12.0")})

    added = syncro.add_line("201", LINE)

    assert (added.line_id, added.quantity, added.retail_cents) == ("501", Decimal(12), 2000)
    assert sent(vendor) == (
        b'{"name":"Microsoft 365","description":"Text [mark]","quantity":12,"retail_cents":2200,'
        b'"cost_cents":1870,"taxable":true,"one_time_charge":false,"product_id":301}'
    )


def test_line_is_changed_in_full(vendor, syncro):
    vendor.put(f"{API}/schedules/201/line_items/501", json={"schedule_line_item": line_json(501)})
    values = LineValues(None, "n", "d", Decimal("0.50"), -100, 0, taxable=False, one_time=True, position=3)

    syncro.change_line("201", "501", values)

    assert json.loads(sent(vendor), parse_float=str) == {
        "name": "n",
        "description": "d",
        "quantity": "0.5",
        "retail_cents": -100,
        "cost_cents": 0,
        "taxable": False,
        "one_time_charge": True,
        "position": 3,
    }


@pytest.mark.parametrize("quantity", ["-1", "1.005"])
def test_quantity_that_syncro_may_alter_is_never_sent(vendor, syncro, quantity):
    values = LineValues("1", "n", "d", Decimal(quantity), 1, 1, taxable=True, one_time=False)
    with pytest.raises(ValueError, match="two decimals"):
        syncro.add_line("201", values)
    assert len(vendor.calls) == 0


class Write(NamedTuple):
    """One of the calls that change something."""

    method: str
    path: str
    permission: str
    send: Callable[[SyncroClient], object]


WRITES = [
    Write("POST", "/products", "Products - Create", lambda c: c.create_product(NEW)),
    Write(
        "PUT", "/products/5", "Products - Edit", lambda c: c.update_prices(CURRENT, cost=Decimal(1), retail=Decimal(1))
    ),
    Write("POST", "/schedules/201/add_line_item", "Recurring Invoices - Edit", lambda c: c.add_line("201", LINE)),
    Write("PUT", "/schedules/201/line_items/5", "Recurring Invoices - Edit", lambda c: c.change_line("201", "5", LINE)),
]


@pytest.mark.parametrize("write", WRITES, ids=lambda write: f"{write.method} {write.path}")
def test_write_without_permission_names_it(vendor, syncro, write):
    vendor.add(write.method, f"{API}{write.path}", status=401, json=NO_PERMISSION)

    with pytest.raises(PermissionMissing) as caught:
        write.send(syncro)

    assert caught.value.permission == write.permission
    assert not caught.value.maybe_applied


@pytest.mark.parametrize("write", WRITES, ids=lambda write: f"{write.method} {write.path}")
@pytest.mark.parametrize(
    "body", [{"error": ["Name can't be blank"]}, {"success": False, "message": ["Name can't be blank"]}]
)
def test_refused_write_carries_syncros_words(vendor, syncro, write, body):
    vendor.add(write.method, f"{API}{write.path}", status=422, json=body)

    with pytest.raises(RejectedRecord) as caught:
        write.send(syncro)

    assert caught.value.messages == ("Name can't be blank",)
    assert "Name can't be blank" in str(caught.value)
    assert not caught.value.maybe_applied


@pytest.mark.parametrize("write", WRITES, ids=lambda write: f"{write.method} {write.path}")
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"status": 404}, (RecordMissing, False)),
        ({"status": 429, "json": {"error": "high number of requests"}}, (RateLimited, False)),
        ({"status": 504, "body": "<html>"}, (TransientError, True)),
        ({"body": requests.ReadTimeout()}, (TransientError, True)),
        ({"body": '{"product": {"id'}, (TransientError, True)),
        ({"body": "<html>Log in</html>"}, (TransientError, True)),
        ({"json": {}}, (UnexpectedAnswer, True)),
        ({"body": "null"}, (UnexpectedAnswer, True)),
        ({"json": {"product": {"name": "no id"}, "schedule_line_item": {"name": "no id"}}}, (UnexpectedAnswer, True)),
        (
            {"json": {"product": {"id": 1, "price_cost": "?"}, "schedule_line_item": {"id": 1, "quantity": "?"}}},
            (UnexpectedAnswer, True),
        ),
    ],
)
def test_write_is_sent_once_and_says_whether_it_may_stand(vendor, syncro, write, answer, expected):
    vendor.add(write.method, f"{API}{write.path}", **answer)

    with pytest.raises(ConnectorError) as caught:
        write.send(syncro)

    assert (type(caught.value), caught.value.maybe_applied) == expected
    assert syncro.calls == {write.method: 1}


class FakeSchedule:
    """A schedule at the wire that takes one key for a line to remove, or none."""

    def __init__(self, vendor, accepted, *line_ids, refuses_with=200, also_loses=None):
        self.line_ids = list(line_ids)
        self.bodies: list[object] = []
        self._accepted = accepted
        self._refuses_with = refuses_with
        self._also_loses = also_loses
        vendor.add_callback("POST", f"{API}/schedules/201/remove_line_item", callback=self._remove)
        vendor.add_callback("GET", f"{API}/schedules/201", callback=self._show)

    def _remove(self, request):
        body = json.loads(request.body)
        self.bodies.append(body)
        line_id = body if isinstance(body, int) else next(iter(body.values()))
        key = "bare" if isinstance(body, int) else next(iter(body))
        if key != self._accepted:
            return self._refuses_with, {}, "what?"
        for gone in (line_id, self._also_loses):
            if gone in self.line_ids:
                self.line_ids.remove(gone)
        return 200, {}, ""

    def _show(self, _request):
        lines = (line_json(line_id) for line_id in self.line_ids)
        return 200, {}, json.dumps({"schedule": schedule_json(201, *lines)})


@pytest.mark.parametrize("refuses_with", [200, 400, 404, 422])
@pytest.mark.parametrize(("accepted", "tries"), [("line_item_id", 1), ("schedule_line_item_id", 2), ("bare", 3)])
def test_keys_are_tried_until_the_line_is_gone(vendor, syncro, accepted, tries, refuses_with):
    schedule = FakeSchedule(vendor, accepted, 501, 502, refuses_with=refuses_with)

    syncro.remove_line("201", "501")

    assert schedule.line_ids == [502]
    assert schedule.bodies == [{"line_item_id": 501}, {"schedule_line_item_id": 501}, 501][:tries]


def test_key_that_worked_is_remembered_and_costs_one_call(vendor, syncro):
    schedule = FakeSchedule(vendor, "schedule_line_item_id", 501, 502, 503)

    syncro.remove_line("201", "501")
    before = dict(syncro.calls)
    syncro.remove_line("201", "502")

    assert schedule.line_ids == [503]
    assert syncro.calls == {"GET": before["GET"], "POST": before["POST"] + 1}


def test_line_that_stays_after_every_key_is_rejected(vendor, syncro):
    schedule = FakeSchedule(vendor, None, 501)

    with pytest.raises(RejectedRecord):
        syncro.remove_line("201", "501")

    assert schedule.line_ids == [501]


def test_line_that_is_gone_already_counts_as_removed(vendor, syncro):
    schedule = FakeSchedule(vendor, None, 502)

    syncro.remove_line("201", "501")

    assert schedule.bodies == []


def test_another_line_that_goes_is_named(vendor, syncro):
    FakeSchedule(vendor, "line_item_id", 501, 502, also_loses=502)

    with pytest.raises(UnexpectedAnswer, match="502") as caught:
        syncro.remove_line("201", "501")

    assert caught.value.maybe_applied


def test_template_that_was_just_read_is_not_read_again_before_a_removal(vendor, syncro):
    FakeSchedule(vendor, "line_item_id", 501, 502)

    syncro.get_template("201")
    syncro.remove_line("201", "501")

    assert syncro.calls == {"GET": 2, "POST": 1}


def test_line_added_after_the_last_reading_can_be_removed(vendor, syncro):
    schedule = FakeSchedule(vendor, "line_item_id", 501)
    syncro.get_template("201")
    schedule.line_ids.append(502)

    syncro.remove_line("201", "502")

    assert schedule.line_ids == [501]


def test_lost_answer_of_a_removal_is_left_to_the_caller(vendor, syncro):
    vendor.get(f"{API}/schedules/201", json={"schedule": schedule_json(201, line_json(501))})
    vendor.post(f"{API}/schedules/201/remove_line_item", body=requests.ReadTimeout())

    with pytest.raises(TransientError) as caught:
        syncro.remove_line("201", "501")

    assert caught.value.maybe_applied


def test_removal_that_cannot_be_verified_may_stand(vendor, syncro):
    vendor.get(f"{API}/schedules/201", json={"schedule": schedule_json(201, line_json(501))})
    vendor.get(f"{API}/schedules/201", status=429)
    vendor.post(f"{API}/schedules/201/remove_line_item", json={})

    with pytest.raises(RateLimited) as caught:
        syncro.remove_line("201", "501")

    assert caught.value.maybe_applied
