"""The bench's counting of calls: what the floor allows, and what is told apart as beyond it."""

from __future__ import annotations

from bench.floor import tally


def call(method: str, path: str, query: str = "", status: int = 200, vendor: str = "syncro"):
    return {
        "vendor": vendor,
        "method": method,
        "path": f"/northwind/api/v1{path}",
        "query": query,
        "status": status,
    }


def test_lists_and_hidden_products_belong_to_the_floor_once():
    found = tally(
        [
            call("GET", "/products", "page=1"),
            call("GET", "/products", "page=2"),
            call("GET", "/products", "id[]=301&id[]=302&page=1"),
            call("GET", "/customers", "include_disabled=true&page=1"),
            call("GET", "/schedules", "page=1"),
            call("GET", "/products", "page=1"),
        ]
    )

    assert found.floor == {"list pages": 4, "id[] batches": 1}
    assert found.beyond == {"list pages, again": 1}


def test_written_template_is_read_before_its_first_and_after_its_last_write():
    found = tally(
        [
            call("GET", "/schedules/5001"),
            call("POST", "/schedules/5001/add_line_item"),
            call("PUT", "/schedules/5001/line_items/9001"),
            call("GET", "/schedules/5001"),
        ]
    )

    assert found.floor == {"reads before a write": 1, "writes": 2, "reads after the last write": 1}
    assert found.made == found.allowed == 4


def test_second_read_between_writes_and_refused_writes_are_beyond_the_floor():
    found = tally(
        [
            call("GET", "/schedules/5001"),
            call("POST", "/schedules/5001/add_line_item", status=422),
            call("GET", "/schedules/5001"),
            call("POST", "/schedules/5001/add_line_item"),
        ]
    )

    assert found.floor == {"reads before a write": 1, "writes": 1}
    assert found.beyond == {"writes refused": 1, "reads before a write, again": 1}


def test_read_behind_a_removal_is_told_apart_from_the_one_at_the_end():
    found = tally(
        [
            call("GET", "/schedules/5001"),
            call("POST", "/schedules/5001/remove_line_item"),
            call("GET", "/schedules/5001"),
            call("GET", "/schedules/5001"),
        ]
    )

    assert found.beyond == {"reads that prove a removal": 1}
    assert found.floor["reads after the last write"] == 1


def test_created_product_needs_no_reading_and_changed_one_a_fresh_one():
    found = tally([call("POST", "/products"), call("GET", "/products/301"), call("PUT", "/products/301")])

    assert found.floor == {"writes": 2, "reads before a write": 1}
    assert not found.beyond


def test_invoices_are_counted_as_proof_beyond_the_floor():
    found = tally([call("GET", "/invoices", "page=1"), call("GET", "/invoices/70001"), call("GET", "/settings")])

    assert found.allowed == 0
    assert found.proofs == 2
    assert found.beyond["settings read"] == 1


def test_calls_to_the_source_are_not_counted():
    assert tally([call("GET", "/products", "page=1", vendor="prism")]).made == 0
