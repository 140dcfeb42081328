"""Dashboard, lists, invoices, search, audit, e-mails."""

from __future__ import annotations

import re
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings

from core.audit import COMMAND, record
from core.scope import partner_scope
from notifications.models import Message
from syncs.models import MonthTotal, Run
from tests import factories as make
from tests.portal.cast import Cast, Shop, rows_of


def test_checklist_leads_from_zero_to_the_first_sync(cast: Cast) -> None:
    response = cast.client("alice").get("/p/northwind/")

    assert [step.title for step in response.context["steps"]] == [
        "Connect your source",
        "Connect your target",
        "Set up the program",
        "Read invoices",
        "Map customers",
        "Sync",
    ]
    assert not any(step.done for step in response.context["steps"])


def test_checklist_is_gone_after_the_first_success(cast: Cast, shop: Shop) -> None:
    assert cast.client("alice").get("/p/northwind/").context["steps"] == []


def test_trend_shows_thirteen_months_with_their_margins(cast: Cast, shop: Shop) -> None:
    today = timezone.localdate(timezone=ZoneInfo(cast.northwind.time_zone)).replace(day=1)
    with partner_scope(cast.northwind.pk):
        MonthTotal.objects.create(program=shop.program, month=today, retail=Decimal("120.00"), cost=Decimal("90.00"))

    response = cast.client("vera").get("/p/northwind/")

    trend = response.context["report"].boards[0].trend
    assert [bar.month for bar in trend.bars] == sorted({bar.month for bar in trend.bars})
    assert (len(trend.bars), trend.bars[-1].month, trend.bars[-1].margin) == (13, today, Decimal(30))
    assert trend.scale == [Decimal(200), Decimal(100), Decimal(0)]
    assert (trend.bars[-1].ground_height, trend.bars[-1].difference_height) == (54, 18)  # of 120
    page = response.content.decode()
    assert "trend-title" in page
    assert page.count("<rect") == 39
    assert "Not mapped" in page


def test_program_that_never_synced_has_no_trend(cast: Cast, shop: Shop) -> None:
    assert "trend-title" not in cast.client("vera").get("/p/northwind/").content.decode()


def test_money_strip_adds_up_to_the_invoice(cast: Cast, shop: Shop) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/invoices/{shop.invoice.pk}/account/"

    response = cast.client("vera").get(path)

    strip = response.context["strip"]
    assert strip.source.retail == Decimal("60.00")
    assert sum(part.retail for part in strip.segments) == Decimal("60.00")
    assert "Accounted for to the cent" in response.content.decode()
    widths = [Decimal(width) for width in re.findall(r'width="([\d.]+)" height="4"', response.content.decode())]
    assert sum(widths) == pytest.approx(Decimal(100), abs=Decimal("0.01"))


def test_strip_says_so_when_the_rows_do_not_add_up(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        charge = shop.invoice.charges.first()
        assert charge is not None
        charge.raw = {"SubTotal": "1.00", "SubTotalRrp": "1.00"}
        charge.save()

    page = cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/invoices/{shop.invoice.pk}/account/")

    assert "Does not balance" in page.content.decode()


def test_invoice_page_filters_its_rows(cast: Cast, shop: Shop) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/invoices/{shop.invoice.pk}/rows/"

    page = cast.client("vera").get(path, {"motion": "azure_plan"})

    assert [row.motion for row in rows_of(cast, page)] == ["azure_plan"]
    assert "Remove the filter Motion" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Exchange Online (Plan 1)", "Sold elsewhere"]),
        ({"state": "linked"}, ["Exchange Online (Plan 1)"]),
        ({"state": "not_linked"}, ["Sold elsewhere"]),
        ({"state": "differs"}, ["Exchange Online (Plan 1)"]),
        ({"state": "withdrawn"}, []),
        ({"state": "from_invoice"}, ["Sold elsewhere"]),
        ({"state": "ambiguous"}, []),
        ({"type": "annual"}, ["Sold elsewhere"]),
        ({"q": "exchange"}, ["Exchange Online (Plan 1)"]),
        ({"sort": "-name"}, ["Sold elsewhere", "Exchange Online (Plan 1)"]),
        ({"sort": "-margin"}, ["Sold elsewhere", "Exchange Online (Plan 1)"]),
    ],
)
def test_products_are_searched_filtered_and_sorted(
    cast: Cast, shop: Shop, query: dict[str, str], names: list[str]
) -> None:
    with partner_scope(cast.northwind.pk):
        make.ProductFactory(
            source=shop.program.source,
            name="Sold elsewhere",
            cadence="annual",
            in_price_list=False,
            unit_retail=Decimal(90),
        )

    response = cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/products/", query)

    assert [row.name for row in rows_of(cast, response)] == names


def test_product_price_that_will_change_is_shown_old_and_new(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/products/").content.decode()

    assert '<s class="was">9.00</s>' in page
    assert '<span class="becomes">10.00</span>' in page


def test_list_without_a_match_says_what_was_searched(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/products/", {"q": "nothing like it"})

    assert "“nothing like it”" in page.content.decode()


def test_lists_are_cut_into_pages(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.ProductFactory.create_batch(60, source=shop.program.source)
    path = f"/p/northwind/programs/{shop.program.pk}/products/"

    first, last = cast.client("vera").get(path), cast.client("vera").get(path, {"page": 3})

    assert len(rows_of(cast, first)) == 25
    assert len(rows_of(cast, last)) == 11
    assert "1–25 of 61" in first.content.decode()
    assert "51–61 of 61" in last.content.decode()


@pytest.mark.parametrize("query", ["conto", "exchange", "1000013", "billing"])
def test_search_jumps_to_customers_products_invoices_and_pages(cast: Cast, shop: Shop, query: str) -> None:
    results = cast.client("vera").get("/p/northwind/search/", {"q": query}).context["results"]

    assert [hits.title for hits in results] == {
        "conto": ["Customers"],
        "exchange": ["Products"],
        "1000013": ["Invoices"],
        "billing": ["Pages"],
    }[query]


@pytest.mark.parametrize(
    ("name", "query", "commands"),
    [
        ("bob", "sync now", ["Sync now"]),
        ("bob", "preview", ["Preview the next sync"]),
        ("vera", "sync now", []),
        ("vera", "dark", ["Switch to the dark theme"]),
        ("vera", "invite", []),
        ("adam", "invite", ["Invite a user"]),
        ("adam", "syncro", ["Replace the credentials of Syncro", "See the history of Syncro"]),
        ("bob", "credentials", []),
        ("vera", "sessions", ["See my sessions"]),
    ],
)
def test_search_offers_the_commands_that_the_reader_may_give(
    cast: Cast, shop: Shop, name: str, query: str, commands: list[str]
) -> None:
    results = cast.client(name).get("/p/northwind/search/", {"q": query}).context["results"]

    found = {hits.title: hits.hits for hits in results}
    assert [each.name for each in found.get("Commands", [])] == commands


def test_commands_work_from_the_page_of_results(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    page = bob.get("/p/northwind/search/", {"q": "preview"}).content.decode()
    action = re.search(r'<form method="post" action="([^"]+/sync/)"', page)
    assert action

    bob.post(action[1], {"kind": "", "preview": "on"})

    with partner_scope(cast.northwind.pk):
        assert Run.objects.filter(preview=True).exists()


def test_search_as_you_type_answers_with_the_results_alone(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get("/p/northwind/search/", {"q": "conto"}, headers={"hx-request": "true"})

    assert "<mark>Conto</mark>" in page.content.decode()
    assert "<html" not in page.content.decode()


def test_search_waits_for_two_characters(cast: Cast, shop: Shop) -> None:
    vera = cast.client("vera")
    found = [vera.get("/p/northwind/search/", {"q": words}).context["results"] for words in ("co", "c")]
    assert [bool(results) for results in found] == [True, False]


def test_audit_tells_who_did_what(cast: Cast) -> None:
    with partner_scope(cast.northwind.pk):
        record(COMMAND, "sample", "Sample fact")
        record(COMMAND, "other", "Another thing")

    page = cast.client("vera").get("/p/northwind/audit/", {"q": "sample"}).content.decode()

    assert "Sample fact" in page
    assert "Another thing" not in page


def test_bodies_of_mails_are_shown_in_development_alone(cast: Cast, shop: Shop, settings: Settings) -> None:
    with partner_scope(cast.northwind.pk):
        message = Message.objects.get()
    paths = [
        "/p/northwind/messages/",
        f"/p/northwind/messages/{message.pk}/",
        f"/p/northwind/messages/{message.pk}/html/",
    ]
    alice = cast.client("alice")

    settings.DEVELOPMENT = True
    shown = [alice.get(path) for path in paths]
    settings.DEVELOPMENT = False
    listed, *hidden = [alice.get(path) for path in paths]

    assert all("4 lines written" in response.content.decode() for response in shown)
    assert "script-src" not in shown[2]["Content-Security-Policy"]
    assert listed.status_code == 200
    assert [response.status_code for response in hidden] == [404, 404]
