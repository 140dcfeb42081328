"""Syncro: tokens, permissions, the limit, and what is no API at all."""

from __future__ import annotations

import json

import pytest

from sandbox.syncro_api.access import PERMISSION_TEXT


def me_with(vendors, headers, query=""):
    return vendors.send("GET", f"/syncro/{vendors.subdomain}/api/v1/me{query}", headers=headers)


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "{}"])
def test_token_in_header_every_form_is_accepted(vendors, form):
    assert me_with(vendors, {"Authorization": form.format(vendors.syncro_token)}).status == 200


def test_token_in_query_is_accepted_and_never_logged(vendors):
    assert me_with(vendors, {}, f"?api_key={vendors.syncro_token}").status == 200
    assert vendors.syncro_token not in json.dumps(vendors.admin("GET", "/log"), default=str)


def test_token_strict_forms_by_switch(start):
    vendors = start(token_forms="bearer")

    assert me_with(vendors, {"Authorization": f"Bearer {vendors.syncro_token}"}).status == 200
    assert me_with(vendors, {"Authorization": vendors.syncro_token}).status == 401


def test_token_expired_is_401_until_restored(vendors):
    vendors.admin("POST", "/ui", action="expire_token")
    assert vendors.syncro("GET", "/me").status == 401

    vendors.admin("POST", "/ui", action="restore_token")
    assert vendors.syncro("GET", "/me").status == 200


@pytest.mark.parametrize(("form", "start_of_body"), [("json", "{"), ("html", "<!DOCTYPE"), ("empty", "")])
def test_token_wrong_body_by_switch(start, form, start_of_body):
    vendors = start(bad_token_body=form)

    answer = me_with(vendors, {"Authorization": "Bearer wrong"})

    assert answer.status == 401
    assert answer.text[:9].startswith(start_of_body)
    assert "group permissions" not in answer.text


def test_me_is_flat_and_carries_the_token(vendors):
    me = vendors.syncro("GET", "/me").json

    assert me["subdomain"] == vendors.subdomain
    assert me["user_token"] == vendors.syncro_token
    assert "recurring_invoice" not in me["permissions"]


def test_permission_missing_is_401_with_the_exact_text(vendors):
    vendors.admin("POST", "/ui", action="revoke_permission", permission="Recurring Invoices - List")

    answer = vendors.syncro("GET", "/schedules")

    assert answer.status == 401
    assert answer.json == {"error": PERMISSION_TEXT}
    assert vendors.syncro("GET", "/products").status == 200


def test_permission_global_admin_is_not_among_the_usual(vendors):
    assert vendors.syncro("GET", "/line_items").status == 401

    vendors.admin("POST", "/ui", action="grant_permission", permission="Global Admin")

    assert vendors.syncro("GET", "/line_items").status == 200


@pytest.mark.parametrize(("order", "status"), [("first", 401), ("after_validation", 422)])
def test_permission_before_or_after_validation(start, order, status):
    vendors = start(permission_check=order)
    vendors.admin("POST", "/ui", action="revoke_permission", permission="Products - Create")

    assert vendors.syncro("POST", "/products", {}).status == status


def test_permission_checked_late_writes_nothing(start):
    vendors = start(permission_check="after_validation")
    vendors.admin("POST", "/ui", action="revoke_permission", permission="Products - Create")
    before = vendors.syncro("GET", "/products").json["meta"]["total_entries"]

    answer = vendors.syncro("POST", "/products", {"name": "Sample", "description": "Sample"})

    assert answer.status == 401
    assert vendors.syncro("GET", "/products").json["meta"]["total_entries"] == before


def test_subdomain_unknown_is_an_html_page(vendors):
    answer = vendors.send("GET", "/syncro/nobody/api/v1/me")

    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_subdomain_unknown_redirects_by_switch(start):
    answer = start(unknown_subdomain="redirect").send("GET", "/syncro/nobody/api/v1/me")

    assert answer.status == 302
    assert answer.headers["Location"].startswith("https://")


def test_content_type_missing_on_a_write_is_400_html(vendors):
    headers = {"Authorization": f"Bearer {vendors.syncro_token}"}

    answer = vendors.send("POST", f"/syncro/{vendors.subdomain}/api/v1/products", b"name=x", headers)

    assert answer.status == 400
    assert answer.text.startswith("<!DOCTYPE")


@pytest.mark.parametrize("window", ["sliding", "fixed"])
def test_limit_passed_is_429_without_retry_after(start, window):
    vendors = start(rate_limit="3", rate_window=window)

    answers = [vendors.syncro("GET", "/me") for _ in range(8)]

    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) >= 2
    assert "high number of requests" in refused[0].json["error"]
    assert "Retry-After" not in refused[0].headers


def test_limit_does_not_count_prism(start):
    vendors = start(rate_limit="1")

    assert [vendors.prism("/api/v1/me").status for _ in range(3)] == [200, 200, 200]
    assert [vendors.syncro("GET", "/me").status for _ in range(2)] == [200, 429]


def test_settings_tell_symbol_and_zone(vendors):
    locale = vendors.syncro("GET", "/settings").json["locale"]

    assert (locale["currency_symbol"], locale["time_zone"]) == ("$", "America/Los_Angeles")
    assert vendors.syncro("GET", "/settings/tabs").json["tabs"]["recur"] is True


def test_every_answer_has_a_request_id_and_the_sandbox_day(vendors):
    answer = vendors.syncro("GET", "/me")

    assert answer.headers["X-Request-Id"]
    assert answer.headers["Date"].startswith("Fri, 02 Oct 2026")
