"""``manage.py close``: an owner closes a month, and ``reconcile`` says so."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from core.models import AuditEntry
from core.scope import partner_scope
from programs.models import Program
from syncs.proving.months import prove_months
from syncs.proving.verdicts import closed_months
from tests import factories as make
from tests.billingsync.commands.conftest import Run as RunCommand
from tests.portal.cast import Cast, Shop

ALICE = ("--as", "alice@northwind.example")


@pytest.fixture
def close(run: RunCommand, cast: Cast, shop: Shop) -> RunCommand:
    """The command, for a month of Northwind that a sync proved."""
    with partner_scope(cast.northwind.pk):
        prove_months(shop.program, ())
    return lambda *words: run("close", "--partner", "northwind", "--period", *words)


def months(run: RunCommand) -> dict[str, tuple[str, bool]]:
    found: list[dict[str, Any]] = json.loads(run("reconcile", "--partner", "northwind", "--json").out)["months"]
    return {one["period"]: (one["verdict"], one["closed"]) for one in found}


def closed(cast: Cast) -> bool:
    with partner_scope(cast.northwind.pk):
        return dt.date(2026, 9, 1) in closed_months(Program.objects.select_related("source", "target", "partner").get())


def test_month_that_an_owner_closed_is_closed_and_shows_what_was_not_billed(
    close: RunCommand, run: RunCommand, cast: Cast
) -> None:
    assert (months(run), closed(cast)) == ({"2026-09": ("not_complete", False)}, False)

    answered = close("2026-09", "--reason", "Billed by hand", "--json", *ALICE)

    assert answered.code == 0
    told = json.loads(answered.out)["months"]
    assert [(one["period"], one["verdict"], one["closed"]) for one in told] == [("2026-09", "not_complete", True)]
    assert (months(run), closed(cast)) == ({"2026-09": ("not_complete", True)}, True)
    with partner_scope(cast.northwind.pk):
        entry = AuditEntry.objects.get(action="month.closed")
    assert (entry.actor_name, "Billed by hand. Not billed: held 50.00, not mapped 10.00 USD" in entry.text) == (
        "alice@northwind.example", True,
    )  # fmt: skip


def test_closed_month_is_opened_again(close: RunCommand, run: RunCommand, cast: Cast) -> None:
    close("2026-09", "--reason", "Sample", *ALICE)

    assert close("2026-09", "--reopen", *ALICE).code == 0

    assert (months(run), closed(cast)) == ({"2026-09": ("not_complete", False)}, False)
    with partner_scope(cast.northwind.pk):
        assert AuditEntry.objects.filter(action="month.opened").count() == 1


def test_invoice_that_comes_later_opens_the_month_again(
    close: RunCommand, run: RunCommand, cast: Cast, shop: Shop
) -> None:
    close("2026-09", "--reason", "Sample", *ALICE)
    with partner_scope(cast.northwind.pk):
        make.SourceInvoiceFactory(source=shop.program.source, number="1000020")

    assert months(run)["2026-09"][1] is False


def test_month_that_no_sync_proved_is_not_known(close: RunCommand, run: RunCommand, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        invoice = make.SourceInvoiceFactory(source=shop.program.source, month=dt.date(2026, 8, 1))
        make.ChargeFactory(invoice=invoice, customer=shop.customer)

    assert months(run)["2026-08"] == ("not_known", False)
    assert "No sync has proved Aug 2026 yet" in close("2026-08", "--reason", "Sample", *ALICE).told


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("2026-09", "--reason", "Sample", "--as", "adam@northwind.example"), "no right"),
        (("2026-09", "--reason", "Sample", "--as", "charlie@tailwind.example"), "no right"),
        (("2026-09", "--reason", " ", *ALICE), "Say why"),
        (("2026-13", "--reason", "Sample", *ALICE), "no month"),
        (("2026-07", "--reason", "Sample", *ALICE), "No invoice of 2026-07"),
        (("2026-09", "--reopen", *ALICE), "Nobody has closed"),
    ],
)
def test_close_is_refused_with_a_reason(close: RunCommand, cast: Cast, words: tuple[str, ...], why: str) -> None:
    answered = close(*words)

    assert (answered.code, why in answered.told) == (2, True)
    assert not closed(cast)


def test_month_is_closed_once(close: RunCommand) -> None:
    close("2026-09", "--reason", "Sample", *ALICE)

    assert close("2026-09", "--reason", "Sample", *ALICE).code == 2
