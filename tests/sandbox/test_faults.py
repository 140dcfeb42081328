"""Faults on order, and the log that counts the calls."""

from __future__ import annotations

import http.client
import json
import time

import pytest


def lines(vendors):
    return len(vendors.lines_of(5001))


def record(vendors):
    """What became of each fault: turns left, how often it happened, why it did not."""
    return [(one["left"], one["happened"], one["idle"]) for one in vendors.admin("GET", "/fault", all="true")]


def test_fault_status_hits_the_ordered_requests_only(vendors):
    vendors.order_fault(vendor="syncro", path="/schedules", skip=1, count=2, action="status", status=503)

    statuses = [vendors.syncro("GET", path).status for path in ("/me", "/schedules/5001") * 4]

    assert statuses == [200, 200, 200, 503, 200, 503, 200, 200]


def test_fault_rate_limited_has_no_retry_after(vendors):
    vendors.order_fault(action="rate_limited")

    answer = vendors.syncro("GET", "/me")

    assert answer.status == 429
    assert "Retry-After" not in answer.headers
    assert "high number of requests" in answer.json["error"]


def test_fault_html_with_status_200(vendors):
    vendors.order_fault(action="html", status=200)

    answer = vendors.syncro("GET", "/me")

    assert (answer.status, answer.text[:9]) == (200, "<!DOCTYPE")


@pytest.mark.parametrize(("action", "written"), [("drop_before", 0), ("drop_after", 1)])
def test_fault_dropped_connection_before_or_after_the_write(vendors, action, written):
    before = lines(vendors)
    vendors.order_fault(method="POST", path="add_line_item", action=action)

    with pytest.raises(http.client.RemoteDisconnected):
        vendors.syncro("POST", "/schedules/5001/add_line_item", vendors.a_line())

    assert lines(vendors) == before + written


def test_fault_truncated_body(vendors):
    before = lines(vendors)
    vendors.order_fault(method="POST", action="truncated")

    with pytest.raises(http.client.IncompleteRead):
        vendors.syncro("POST", "/schedules/5001/add_line_item", vendors.a_line())

    assert lines(vendors) == before + 1


@pytest.mark.parametrize("action", ["delay", "delay_after", "slow_drip"])
def test_fault_slow_answers_still_arrive_whole(vendors, action):
    vendors.order_fault(action=action, milliseconds=200)
    began = time.monotonic()

    assert vendors.syncro("GET", "/me").json["subdomain"] == vendors.subdomain
    assert time.monotonic() - began > 0.15  # the last drop is read before its pause


def test_fault_edit_between_two_calls(vendors):
    line = vendors.add_line(5001)
    edit = {"action": "delete_line", "schedule_id": 5001, "line_id": line["id"]}
    vendors.order_fault(method="PUT", action="edit_before", edits=[edit])

    assert vendors.syncro("PUT", f"/schedules/5001/line_items/{line['id']}", vendors.a_line()).status == 404


def test_fault_template_runs_just_after_a_write(vendors):
    edit = {"action": "run_template", "schedule_id": 5001}
    vendors.order_fault(path="add_line_item", action="edit_after", edits=[edit])
    before = lines(vendors)

    vendors.add_line(5001, one_time_charge=True)

    assert lines(vendors) == before
    assert len(vendors.syncro("GET", "/invoices").json["invoices"]) == 1


def test_fault_of_the_other_vendor_does_not_hit(vendors):
    vendors.order_fault(vendor="prism", action="status", status=500)

    assert vendors.syncro("GET", "/me").status == 200
    assert vendors.token().status == 500


@pytest.mark.parametrize(
    "wanted",
    [
        {"action": "explode"},
        {"action": "status", "path": "("},
        {"action": "html", "x": 1},
        {"action": "edit_before", "edits": []},
    ],
)
def test_fault_nobody_understands_is_refused(vendors, wanted):
    answer = vendors.send("POST", "/sandbox/fault", json.dumps(wanted).encode())

    assert answer.status == 400


def test_faults_can_be_cleared(vendors):
    vendors.order_fault(action="status", count=9)
    assert vendors.syncro("GET", "/me").status == 500

    vendors.admin("DELETE", "/fault")

    assert vendors.syncro("GET", "/me").status == 200
    assert vendors.admin("GET", "/fault") == []
    assert record(vendors) == [(0, 1, "")]


def test_fault_is_on_record_with_the_turns_that_it_took(vendors):
    vendors.order_fault(path="/me", skip=1, count=3, action="status")
    vendors.order_fault(path="/schedules", action="html")

    for _ in range(3):
        vendors.syncro("GET", "/me")

    assert record(vendors) == [(1, 2, ""), (1, 0, "")]


@pytest.mark.parametrize("action", ["drop_after", "truncated"])
def test_lost_answer_to_a_request_that_was_refused_anyway_did_not_happen(vendors, action):
    vendors.order_fault(method="POST", action=action)

    with pytest.raises(http.client.HTTPException):
        vendors.syncro("POST", "/schedules/5001/add_line_item", {"quantity": 1})

    assert record(vendors) == [(0, 0, "the vendor refused the request: 422")]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"action": "delete_line", "schedule_id": 5001, "line_id": 1}, "there is no line 1"),
        ({"action": "edit_product", "product_id": 301, "values": {}}, "edit_product changes nothing"),
        ({"action": "restore_token"}, "restore_token changes nothing"),
    ],
)
@pytest.mark.parametrize("when", ["edit_before", "edit_after"])
def test_edit_that_came_to_nothing_did_not_happen_and_the_request_goes_on(vendors, when, edit, told):
    vendors.order_fault(action=when, edits=[edit])

    assert vendors.syncro("GET", "/me").status == 200

    assert record(vendors) == [(0, 0, told)]


def test_edit_happens_although_the_limit_refuses_the_request(start):
    vendors = start(rate_limit="1")
    edit = {"action": "edit_schedule", "schedule_id": 5001, "values": {"paused": True}}
    vendors.order_fault(action="edit_before", skip=1, edits=[edit])

    assert [vendors.syncro("GET", "/me").status for _ in range(2)] == [200, 429]

    assert record(vendors) == [(0, 1, "")]


def test_log_counts_calls_by_vendor_and_method(vendors):
    vendors.syncro("GET", "/me")
    vendors.add_line(5001)
    vendors.prism("/api/v1/me")

    log = vendors.admin("GET", "/log")

    assert log["summary"]["syncro"]["methods"] == {"GET": 1, "POST": 1}
    assert log["summary"]["prism"]["statuses"] == {"200": 2}
    assert log["summary"]["syncro"]["busiest_sliding_minute"] == 2
    assert log["entries"][0]["path"] == "/northwind/api/v1/me"
    last = log["entries"][-1]["number"]
    assert vendors.admin("GET", "/log", after=last)["entries"] == []


def test_log_shows_faults_and_can_be_emptied(vendors):
    vendors.order_fault(action="rate_limited")
    vendors.syncro("GET", "/me")

    entry = vendors.admin("GET", "/log")["entries"][0]
    assert (entry["status"], entry["fault"]) == (429, "rate_limited")
    vendors.admin("DELETE", "/log")
    assert vendors.admin("GET", "/log")["entries"] == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/ui", {"action": "juggle"}, 400),
        ("/ui", {"action": "edit_line", "schedule_id": 1, "line_id": 1}, 400),
        ("/ui", {"action": "edit_product"}, 400),
        ("/switch", {"meta": "maybe"}, 400),
        ("/switch", {"unheard_of": "on"}, 400),
        ("/advance", {"to": "2026-01-01"}, 400),
        ("/advance", {"to": "tomorrow"}, 400),
        ("/generate", {"schedule_id": 1}, 400),
        ("/invoice", {"copy_of": "none"}, 400),
        ("/story", {"day": "2026-10-01"}, 400),
        ("/truth", {}, 404),
    ],
)
def test_orders_nobody_understands_are_refused(vendors, path, body, status):
    answer = vendors.send("POST", f"/sandbox{path}", json.dumps(body).encode())

    assert answer.status == status
    assert answer.json["error"]
