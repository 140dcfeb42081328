"""What opens on a screen, forms with problems, refusals, print: accessible, and never wider than the window."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.scope import partner_scope
from tests import factories as make
from tests.browser.conftest import Open, sign_in
from tests.browser.looking import WIDTHS, in_each_width, overflow, problems, visit
from tests.portal.cast import Cast, Shop


def test_what_is_wrong_with_a_page_is_found_in_each_theme(open_browser: Open) -> None:
    page = open_browser("vera", viewport={"width": 390, "height": 844})
    sound = problems(page)
    page.evaluate(
        "(field => { field.style.width = '900px'; document.querySelector('main').append(field); })"
        "(document.createElement('input'))"
    )

    found = problems(page)

    assert sound == []
    assert ["too wide" in found[0], *(problem.split(":")[:2] for problem in found[1:])] == [
        True, ["light", " label"], ["dark", " label"],
    ]  # fmt: skip


def test_parts_that_open_are_accessible_and_fit(open_browser: Open, busy_shop: dict[str, int]) -> None:
    page = open_browser("alice")
    found = {}
    for name, (path, widths, begin) in opened_parts(busy_shop["program"]).items():

        def open_part(path: str = path, begin: Callable[[Page], None] = begin) -> None:
            visit(page, path)
            begin(page)

        if wrong := in_each_width(page, open_part, widths):
            found[name] = wrong

    assert found == {}


Part = tuple[str, tuple[int, ...], Callable[[Page], None]]


def opened_parts(program: int) -> dict[str, Part]:
    """Where each part is, in which widths, and how one opens it."""
    billing = f"/p/northwind/programs/{program}/billing/?tab=all"
    both = tuple(WIDTHS)

    def open_mapping(page: Page) -> None:
        page.get_by_role("link", name="Edit Contoso").click()
        expect(page.get_by_role("dialog").get_by_role("searchbox")).to_be_visible()

    def ask_before_leaving(page: Page) -> None:
        open_mapping(page)
        page.get_by_label("Pricing strategy").select_option("cost_only")
        page.keyboard.press("Escape")
        expect(page.get_by_text("What you changed here is not saved.")).to_be_visible()

    def search(page: Page) -> None:
        page.keyboard.press("Control+k")
        page.keyboard.type("con")
        expect(page.get_by_role("option").first).to_be_visible()

    def open_notices(page: Page) -> None:
        page.locator("#notices-menu summary").click()
        expect(page.locator("#notices-menu").get_by_role("link", name="Microsoft CSP")).to_be_visible()

    def open_menu(label: str | re.Pattern[str]) -> Callable[[Page], None]:
        return lambda page: page.get_by_label(label).click()

    return {
        "mapping": (billing, both, open_mapping),
        "question": (billing, both, ask_before_leaving),
        "search": ("/p/northwind/", both, search),
        "columns": (billing, both, lambda page: page.locator("summary", has_text="Columns").click()),
        "filters": (billing, (390,), lambda page: page.locator("summary", has_text="Filters").click()),
        "many at once": (billing, (390,), lambda page: page.locator("summary", has_text="Many at once").click()),
        "notices": ("/p/northwind/", both, open_notices),
        "account": ("/p/northwind/", both, open_menu("Account and appearance")),
        "partners": ("/p/northwind/", (1440,), open_menu(re.compile("Partner:"))),
        "drawer": ("/p/northwind/", (390,), lambda page: page.get_by_role("link", name="Open the menu").click()),
    }


def test_pages_of_refusals_are_accessible_and_fit(
    tolerant_page: Page, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tolerant_page
    sign_in(page, cast.users["vera"].email)
    page.wait_for_url("**/p/northwind/")
    monkeypatch.setattr("portal.dashboard.views.read_dashboard", None)
    found = {}
    for path, status in {"users/invite/": 403, "runs/1/": 404, "": 500}.items():
        visit(page, f"/p/northwind/{path}", status)
        found[status] = problems(page)
    visit(page, "/profile/")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nothing was saved")).to_be_visible()
    found["csrf"] = problems(page)

    assert {what: wrong for what, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("problem", ["connection", "program", "invitation"])
def test_forms_with_problems_are_accessible_and_fit(open_browser: Open, shop: Shop, problem: str) -> None:
    page = open_browser("alice")
    path, field = {
        "connection": ("connections/syncro/", "Subdomain"),
        "program": (f"programs/{shop.program.pk}/edit/", "Notification e-mails"),
        "invitation": ("users/invite/", "E-mail address"),
    }[problem]
    visit(page, f"/p/northwind/{path}")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.get_by_label(field).fill("not/what is @ meant")
    page.evaluate("document.querySelector('main form').requestSubmit()")
    expect(page.get_by_role("alert")).to_be_visible()

    assert problems(page) == []


def test_chosen_theme_is_kept(open_browser: Open) -> None:
    page = open_browser("vera", color_scheme="light")
    page.get_by_label("Account and appearance").click()
    page.get_by_role("button", name="Dark").click()

    page.reload()

    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


@pytest.mark.parametrize("theme", ["", "dark"])
def test_report_prints_dark_on_white_and_whole(open_browser: Open, cast: Cast, shop: Shop, theme: str) -> None:
    with partner_scope(cast.northwind.pk):
        make.ChargeFactory.create_batch(60, invoice=shop.invoice, customer=shop.customer)
    page = open_browser("vera", color_scheme="dark", viewport={"width": 690, "height": 900})
    page.evaluate("theme => theme && localStorage.setItem('theme', theme)", theme)
    page.goto(f"/p/northwind/programs/{shop.program.pk}/invoices/{shop.invoice.pk}/rows/")
    page.wait_for_load_state("networkidle")
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Print").click()
    assert page.title() == "printed"

    page.emulate_media(media="print")

    body = page.evaluate("(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))")
    assert body == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    box = "document.querySelector('#list .table-box')"
    assert page.evaluate(f"{box}.scrollHeight - {box}.clientHeight") == 0
    assert page.evaluate(f"{box}.querySelector('thead').offsetHeight") > 0
    expect(page.locator("#list-count")).to_contain_text("1–25 of 62")
    assert overflow(page) == 0
    page.goto(f"/p/northwind/programs/{shop.program.pk}/invoices/{shop.invoice.pk}/")
    card = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert card == "rgb(255, 255, 255)"
    assert overflow(page) == 0


def test_menu_opens_and_closes_on_a_narrow_screen(open_browser: Open) -> None:
    page = open_browser("vera", viewport={"width": 390, "height": 800})
    inbox = page.locator("#rail").get_by_role("link", name="Inbox")
    assert not inbox.is_visible()

    page.get_by_role("link", name="Open the menu").click()
    inbox.click()

    page.wait_for_url("**/inbox/")
    assert not page.locator("#rail").get_by_role("link", name="Inbox").is_visible()
