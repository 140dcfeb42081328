"""What all lists share: counts, chips, cells that say what they are, filters of audit and invoices."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings as SettingsWrapper

from core.audit import COMMAND, Actor, record
from core.scope import partner_scope
from invoices.models import SourceInvoice
from portal.audit.filters import AuditFilter
from tests import factories as make
from tests.portal.cast import Cast, Shop, rows_of

HTMX = {"hx-request": "true", "hx-target": "list"}


def billing(shop: Shop) -> str:
    return f"/p/northwind/programs/{shop.program.pk}/billing/"


@pytest.mark.parametrize(
    ("asked", "count"),
    [("?tab=all", "2 rows"), ("?tab=sync_on", "1 of 2 rows"), ("?tab=all&motion=azure_plan", "1 of 2 rows")],
)
def test_count_says_of_how_many(cast: Cast, shop: Shop, asked: str, count: str) -> None:
    page = cast.client("vera").get(billing(shop) + asked).content.decode()

    found = re.search(r'id="list-count"[^>]*>(.*?)</span></span>', page)
    assert found
    assert re.sub(r"<[^>]*>", "", found[1]) == count


@pytest.mark.parametrize("asked", ["999999", "100", "-1", "0", "x"])
def test_number_of_rows_is_never_the_addresss_to_say(cast: Cast, asked: str) -> None:
    with partner_scope(cast.northwind.pk):
        for number in range(30):
            record(COMMAND, "program.saved", f"Entry {number}")

    rows = rows_of(cast, cast.client("vera").get("/p/northwind/audit/", {"per_page": asked}))

    assert len(rows) == 25


def test_cookie_of_a_list_is_bound_to_the_host_where_the_session_is(cast: Cast, settings: SettingsWrapper) -> None:
    vera = cast.client("vera")
    vera.post("/p/northwind/rows/", {"rows": "50"})
    settings.SESSION_COOKIE_SECURE = True
    kept = vera.post("/p/northwind/rows/", {"rows": "100"}).cookies

    assert vera.cookies["rows"].value == "50"
    assert [(name, morsel["secure"], morsel["httponly"]) for name, morsel in kept.items()] == [
        ("__Host-rows", True, True)
    ]


def test_no_match_says_what_was_searched_and_where_there_is_one(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get(billing(shop), {"tab": "needs_attention", "q": "contoso"}).content.decode()

    assert "Nothing under “Needs attention” fits search <bdi>“contoso”</bdi>" in page
    assert "Show 2 under other tabs" in page


def test_cells_say_what_they_are_where_rows_become_cards(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get(billing(shop), {"tab": "all"}).content.decode()

    assert 'data-label="Retail (USD)"' in page
    assert 'class="name card-title"' in page
    assert 'class="number card-figure"' in page


def test_part_of_a_page_is_not_kept_for_the_page(cast: Cast, shop: Shop) -> None:
    response = cast.client("vera").get(billing(shop), headers=HTMX)

    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in response["Vary"].split(",")}


def test_density_is_offered_for_more_than_one_row_alone(cast: Cast, shop: Shop) -> None:
    vera = cast.client("vera")

    assert 'data-switch="density"' in vera.get(billing(shop), {"tab": "all"}).content.decode()
    assert 'data-switch="density"' not in vera.get(billing(shop), {"tab": "sync_on"}).content.decode()


def test_currency_of_invoices_stands_in_the_header_alone(cast: Cast, shop: Shop) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/invoices/"
    usual = cast.client("vera").get(path).content.decode()
    with partner_scope(cast.northwind.pk):
        SourceInvoice.objects.filter(pk=shop.held.pk).update(currency="EUR")
    mixed = cast.client("vera").get(path).content.decode()

    assert "Invoiced (USD)" in usual
    assert 'class="word">USD' not in usual
    assert mixed.count('class="word">EUR') == 2


@pytest.mark.parametrize(("asked", "numbers"), [("?q=0013", ["1000013"]), ("?state=held", ["1000014"])])
def test_invoices_are_found_by_number_and_state(cast: Cast, shop: Shop, asked: str, numbers: list[str]) -> None:
    response = cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/invoices/{asked}")

    assert [row.number for row in rows_of(cast, response)] == numbers


def test_rows_that_a_sorted_column_holds_for_equal_keep_their_order(cast: Cast, shop: Shop) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/invoices/{shop.invoice.pk}/rows/"
    with partner_scope(cast.northwind.pk):
        first, second = shop.invoice.charges.order_by("pk")
        first.save()  # lies behind the other one in the table now

    rows = rows_of(cast, cast.client("vera").get(path, {"sort": "customer"}))

    assert rows == [first, second]


@pytest.mark.parametrize("words", ["sample prod", "5b000000-", "contoso"])
def test_rows_of_an_invoice_are_found(cast: Cast, shop: Shop, words: str) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/invoices/{shop.invoice.pk}/rows/"

    assert len(rows_of(cast, cast.client("vera").get(path, {"q": words}))) == 2
    assert rows_of(cast, cast.client("vera").get(path, {"q": "fabrikam"})) == []


@pytest.mark.parametrize(
    ("asked", "texts"),
    [
        ({"person": "bob@northwind.example"}, ["By bob"]),
        ({"person": "gone@northwind.example"}, ["By one who left"]),
        ({"action": "mapping"}, ["By bob"]),
        ({"q": "who LEFT"}, ["By one who left"]),
    ],
)
def test_audit_is_filtered(cast: Cast, asked: dict[str, str], texts: list[str]) -> None:
    with partner_scope(cast.northwind.pk):
        record(COMMAND, "program.saved", "By the command line")
        record(Actor("bob@northwind.example"), "mapping.made", "By bob")
        record(Actor("gone@northwind.example"), "run.cancelled", "By one who left")

    response = cast.client("vera").get("/p/northwind/audit/", asked)

    assert [row.text for row in rows_of(cast, response)] == texts


def test_every_action_of_the_log_can_be_filtered_for() -> None:
    written = {"connection.replaced", "connection.stored"}  # the service puts these two together
    for app in (
        "accounts",
        "notifications",
        "connections",
        "programs",
        "customers",
        "invoices",
        "products",
        "syncs",
        "billingsync",
    ):
        for file in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            text = file.read_text()
            written |= set(re.findall(rf'"((?:{"|".join(AuditFilter.subjects)})\.[a-z_]+)"', text))
            written |= set(re.findall(r'\brecord(?:_all)?\([^"\n]*"([a-z]+\.[a-z_]+)"', text))

    assert {f"{name}.{what}" for name, (_, words) in AuditFilter.subjects.items() for what in words} == written


@pytest.mark.parametrize("asked", [{"until": "9999-12-31"}, {"since": "0001-01-01"}, {"person": "\0"}])
def test_audit_takes_anything(cast: Cast, asked: dict[str, str]) -> None:
    assert cast.client("vera").get("/p/northwind/audit/", asked).status_code == 200


def test_audit_can_be_filtered_by_day(cast: Cast) -> None:
    with partner_scope(cast.northwind.pk):
        record(COMMAND, "program.saved", "Just now")
    vera = cast.client("vera")

    later = rows_of(cast, vera.get("/p/northwind/audit/", {"since": "2999-01-01"}))
    until_then = rows_of(cast, vera.get("/p/northwind/audit/", {"until": "2999-01-01"}))

    assert later == []
    assert until_then[0].text == "Just now"


def test_switch_of_one_row_says_what_stays_and_can_be_undone(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.LineFactory(program=shop.program, customer=shop.customer, template_id=shop.template.external_id)
    bob = cast.client("bob")
    path = f"/p/northwind/programs/{shop.program.pk}/mappings/{shop.mapping.pk}/sync/"

    page = bob.post(path, {"next": billing(shop) + "?tab=sync_on"}, follow=True)
    text = page.content.decode()
    undo = re.search(r'action="([^"]*/undo/)"', text)
    assert undo
    back = bob.post(undo[1], {"next": billing(shop) + "?tab=all"})

    assert page.redirect_chain[0][0].endswith("?tab=sync_on")
    assert "lines that it wrote stay as they are on 2 templates" in text
    assert "The next billing sync lists them in the inbox" in text
    assert back["Location"] == billing(shop) + "?tab=all"
    with partner_scope(cast.northwind.pk):
        shop.mapping.refresh_from_db()
    assert shop.mapping.sync_on


def test_switch_answers_scripts_with_the_notice_alone(cast: Cast, shop: Shop) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/mappings/{shop.mapping.pk}/sync/"

    response = cast.client("bob").post(path, headers={"hx-request": "true"})

    assert "list-changed" in response["HX-Trigger-After-Settle"]
    assert 'hx-swap-oob="innerHTML"' in response.content.decode()
    assert "<html" not in response.content.decode()


def test_row_whose_sync_is_off_says_so(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        type(shop.mapping).objects.filter(pk=shop.mapping.pk).update(sync_on=False)

    page = cast.client("bob").get(billing(shop), {"tab": "mapped"}).content.decode()

    assert "</svg>Sync off</span>" in page
    assert "Switch on<" in page
    assert "Switch off<" not in page


@pytest.fixture
def long_list(cast: Cast) -> str:
    """The address of a list of thirty rows."""
    with partner_scope(cast.northwind.pk):
        for number in range(30):
            record(Actor(name="Robot"), "partner.changed", f"Change {number}")
    return "/p/northwind/audit/?person=&q=Change&page=2"


@pytest.mark.parametrize(("chosen", "rows", "pages"), [("50", 30, 1), ("100", 30, 1), ("7", 5, 2), ("", 5, 2)])
def test_rows_on_a_page_are_chosen_and_remembered(
    cast: Cast, long_list: str, chosen: str, rows: int, pages: int
) -> None:
    vera = cast.client("vera")
    page = vera.get(long_list)
    back = re.search(r'name="next" value="(\S*audit\S*)"', page.content.decode())
    assert back
    assert len(rows_of(cast, page)) == 5

    answer = vera.post("/p/northwind/rows/", {"rows": chosen, "next": html.unescape(back[1])})
    again = vera.get(long_list)

    assert (answer.status_code, answer["Location"]) == (302, "/p/northwind/audit/?person=&q=Change")
    assert len(rows_of(cast, again)) == rows
    assert again.context["table"].paginator.num_pages == pages


def test_short_list_has_no_choice_of_rows(cast: Cast, shop: Shop, long_list: str) -> None:
    assert "Rows on a page" in cast.client("vera").get(long_list).content.decode()
    assert "Rows on a page" not in cast.client("vera").get(billing(shop)).content.decode()
