"""``sync``, ``customers`` and ``reconcile``: what they print, where, and how they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from operator import itemgetter
from typing import Any

import pytest
from pytest_django import Settings

from accounts.services import find_partner
from core.scope import partner_scope
from syncs.models import Run
from tests.billingsync.commands.conftest import Outcome
from tests.billingsync.commands.conftest import Run as RunCommand
from tests.billingsync.commands.files import HEAD, mapped
from tests.onboarding import Vendors

Configure = Callable[[str], Outcome]
BUCKETS = ("synced", "rounding", "held", "excluded", "not_mapped", "unknown", "failed")
COUNTS = {"created", "updated", "removed", "unchanged", "held", "failed", "skipped"}


@pytest.fixture
def northwind(configure: Configure, vendors: Vendors) -> None:
    """The partner, with a few of its customers mapped."""
    assert configure(mapped(vendors.mapping()[:6])).code == 0


def answer(outcome: Outcome) -> Any:
    return json.loads(outcome.out)


def sync(run: RunCommand, *words: str) -> list[Any]:
    runs: list[Any] = answer(run("sync", "--partner", "northwind", "--json", *words))["runs"]
    return runs


@pytest.mark.usefixtures("northwind")
def test_sync_writes_once_and_the_second_time_nothing(run: RunCommand, vendors: Vendors) -> None:
    first = sync(run)
    assert [(one["kind"], set(one["counts"])) for one in first] == [("products", COUNTS), ("billing", COUNTS)]
    assert first[0]["counts"]["created"] > 0
    assert first[1]["counts"]["created"] > 0
    assert first[1]["api_calls"]["syncro"]["POST"] == first[1]["counts"]["created"]
    second = sync(run)
    assert [one["status"] for one in second] == ["no_change", "no_change"]
    assert [set(one["api_calls"]["syncro"]) for one in second] == [{"GET"}, {"GET"}]


@pytest.mark.usefixtures("northwind")
def test_preview_tells_changes_and_writes_nothing(run: RunCommand, vendors: Vendors) -> None:
    products, billing = sync(run, "--preview")
    for told in (products, billing):
        assert told["changes"]
        for change in told["changes"]:
            assert {"action", "what", "before", "after", "reason"} <= set(change)
        assert set(told["api_calls"]["syncro"]) == {"GET"}


@pytest.mark.usefixtures("northwind")
def test_one_kind_can_be_asked_for(run: RunCommand) -> None:
    assert [one["kind"] for one in sync(run, "--products")] == ["products"]
    assert [one["kind"] for one in sync(run, "--billing", "--preview")] == ["billing"]


@pytest.mark.usefixtures("northwind")
def test_run_that_fails_ends_the_command_with_1(run: RunCommand, vendors: Vendors) -> None:
    vendors.edit(action="expire_token")
    outcome = run("sync", "--partner", "northwind", "--json")
    assert outcome.code == 1
    assert {one["status"] for one in answer(outcome)["runs"]} == {"error"}
    assert "API token" in outcome.told


@pytest.mark.usefixtures("northwind")
def test_progress_and_summary_go_to_stderr(run: RunCommand) -> None:
    outcome = run("sync", "--partner", "northwind", "--products")
    assert (outcome.code, outcome.out) == (0, "")
    assert "Products:" in outcome.told


@pytest.mark.usefixtures("northwind")
def test_sync_of_a_program_that_is_off_is_bad_usage(run: RunCommand, configure: Configure) -> None:
    configure(HEAD.replace("    enabled: true", "    enabled: false"))
    outcome = run("sync", "--partner", "northwind")
    assert outcome.code == 2
    assert "switched off" in outcome.told
    with partner_scope(find_partner("northwind") or 0):
        assert not Run.objects.exists()


@pytest.mark.usefixtures("northwind")
def test_sync_with_both_kinds_off_is_bad_usage(run: RunCommand, configure: Configure) -> None:
    off = HEAD.replace("billing: {enabled: true", "billing: {enabled: false")
    configure(off.replace("products: {enabled: true", "products: {enabled: false"))
    assert run("sync", "--partner", "northwind").code == 2


@pytest.mark.parametrize("command", ["sync", "customers", "reconcile"])
def test_unknown_partner_is_bad_usage(run: RunCommand, command: str, partner: Any, settings: Settings) -> None:
    outcome = run(command, "--partner", "nobody", "--json")
    assert (outcome.code, outcome.out) == (2, "")
    assert "There is no partner “nobody”." in outcome.told
    assert "northwind" not in outcome.told
    settings.DEBUG = True
    assert "Known: northwind." in run(command, "--partner", "nobody", "--json").told


@pytest.mark.parametrize("command", ["sync", "customers", "reconcile"])
def test_partner_without_a_program_is_bad_configuration(run: RunCommand, command: str, partner: Any) -> None:
    outcome = run(command, "--partner", "northwind", "--json")
    assert outcome.code == 2
    assert "No program is set up" in outcome.told


@pytest.mark.usefixtures("northwind")
def test_customers_lists_who_is_invoiced_and_how_far_they_are_mapped(
    run: RunCommand, configure: Configure, vendors: Vendors
) -> None:
    mapping = vendors.mapping()
    configure(mapped(mapping[:1]).rstrip().removesuffix("}") + ", sync: false}\n")
    found = {
        (one["customer"], one["motion"]): one
        for one in answer(run("customers", "--partner", "northwind", "--json"))["customers"]
    }
    states = [found[one["customer"], one["motion"]]["state"] for one in mapping[:2]]
    assert states == ["mapped", "sync_on"]
    stranger = next(one for one in mapping[6:] if (one["customer"], one["motion"]) in found)
    assert found[stranger["customer"], stranger["motion"]]["state"] == "not_mapped"
    charged = {(one["tenant"], one["motion"]): one for one in sorted(vendors.charges(), key=itemgetter("month"))}
    newest = {key: Decimal(charged[key]["source"]["retail"]) for key in found}
    assert {key: Decimal(one["latest_invoice_retail"]) for key, one in found.items()} == newest
    with partner_scope(find_partner("northwind") or 0):
        assert not Run.objects.exists()


@pytest.mark.usefixtures("northwind")
def test_customers_says_when_the_source_refuses(run: RunCommand, vendors: Vendors) -> None:
    vendors.edit(action="edit_account", values={"prism_client_secret": "another"})
    outcome = run("customers", "--partner", "northwind", "--json")
    assert (outcome.code, outcome.out) == (1, "")
    assert "client id and secret" in outcome.told


@pytest.mark.usefixtures("northwind")
def test_reconcile_accounts_for_every_cent(run: RunCommand) -> None:
    sync(run)
    outcome = run("reconcile", "--partner", "northwind", "--json")
    assert outcome.code == 0
    invoices = answer(outcome)["invoices"]
    assert len(invoices) > 1
    assert [one["number"] for one in invoices] == sorted(one["number"] for one in invoices)
    for one in invoices:
        assert one["currency"] == "USD"
        assert_every_cent(one, "retail")
        assert_every_cent(one, "cost")
    monthly = max(invoices, key=lambda one: Decimal(one["retail"]["source_total"]))
    assert monthly["period"] == "2026-09"
    assert Decimal(monthly["retail"]["synced"]) > 0
    assert Decimal(monthly["retail"]["not_mapped"]) > 0


def assert_every_cent(invoice: dict[str, Any], side: str) -> None:
    account = {name: Decimal(amount) for name, amount in invoice[side].items() if name != "balanced"}
    parts = sum(Decimal(entry[side]["source_total"]) for entry in invoice["customers"])
    assert invoice[side]["balanced"] is True
    assert account["source_total"] == sum(account[name] for name in BUCKETS)
    assert account["total"] == account["source_total"] + account["rules"]
    assert parts + account["unknown"] == account["source_total"]


@pytest.mark.usefixtures("northwind")
def test_one_invoice_can_be_asked_for(run: RunCommand) -> None:
    run("customers", "--partner", "northwind", "--json")
    number = answer(run("reconcile", "--partner", "northwind", "--json"))["invoices"][0]["number"]
    found = answer(run("reconcile", "--partner", "northwind", "--json", "--invoice", number))["invoices"]
    assert [one["number"] for one in found] == [number]
    missing = run("reconcile", "--partner", "northwind", "--json", "--invoice", "none")
    assert (missing.code, missing.out) == (2, "")
