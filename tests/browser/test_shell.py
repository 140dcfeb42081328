"""The frame by keyboard: search and commands, the drawer of a narrow screen, notices."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core.scope import partner_scope
from syncs.models import Run
from syncs.running.telling import tell_of_run
from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.looking import violations
from tests.portal.cast import Cast, Shop

NARROW = {"width": 390, "height": 800}


def ask(page: Page, words: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(words)


def test_enter_opens_the_first_result_however_quick_it_comes(open_browser: Open, shop: Shop) -> None:
    page = open_browser("vera")

    ask(page, "exchange")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/products/\d+/$"))


def test_enter_without_a_result_leads_to_the_page_that_says_so(open_browser: Open, shop: Shop) -> None:
    page = open_browser("vera")

    ask(page, "nothing like it")
    page.keyboard.press("Enter")

    page.wait_for_url("**/search/?q=nothing+like+it")
    expect(page.get_by_text("No match for “nothing like it”")).to_be_visible()


def test_results_are_announced_and_walked_through_with_the_focus_in_the_field(open_browser: Open, shop: Shop) -> None:
    page = open_browser("adam")
    box = page.get_by_role("combobox", name="Search customers")

    ask(page, "syncro")
    expect(page.locator("#jump-status")).to_have_text("2 results. Replace the credentials of Syncro")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")

    expect(page.get_by_role("option", selected=True)).to_have_text("See the history of Syncro")
    expect(box).to_be_focused()
    marked = box.get_attribute("aria-activedescendant")
    expect(page.locator(f"#{marked}")).to_have_text("See the history of Syncro")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")


def test_commands_are_given_by_name(open_browser: Open, cast: Cast, shop: Shop) -> None:
    page = open_browser("bob", color_scheme="light")

    ask(page, "dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("combobox").fill("")
    page.keyboard.type("preview")
    page.keyboard.press("Enter")

    page.wait_for_url("**/runs/*/")
    with partner_scope(cast.northwind.pk):
        assert Run.objects.filter(preview=True).exists()


@pytest.mark.parametrize("way", ["Escape", "outside", "link"])
def test_drawer_takes_the_focus_and_gives_it_back(open_browser: Open, way: str) -> None:
    page = open_browser("vera", viewport=NARROW)
    opener = page.get_by_role("link", name="Open the menu")

    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Close the menu")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.getElementById('rail').contains(document.activeElement)")
    assert violations(page) == []
    if way == "Escape":
        page.keyboard.press("Escape")
    elif way == "outside":
        page.mouse.click(370, 400)
    else:
        page.get_by_role("link", name="Close the menu").click()

    expect(page.locator("#rail")).not_to_be_visible()
    expect(opener).to_be_focused()


def test_drawer_opens_and_closes_without_scripts(open_browser: Open) -> None:
    page = open_browser("vera", viewport=NARROW, java_script_enabled=False)

    page.get_by_role("link", name="Open the menu").click()
    expect(page.locator("#rail")).to_be_visible()
    page.mouse.click(370, 400)

    expect(page.locator("#rail")).not_to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_notices_are_read_in_the_top_bar(open_browser: Open, cast: Cast, shop: Shop, width: int) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, status="warning")
        tell_of_run(run, [])
    page = open_browser("vera", viewport={"width": width, "height": 800})
    bell = page.locator("#notices-menu summary")
    expect(bell).to_contain_text("1 not seen")

    bell.focus()
    page.keyboard.press("Enter")

    notice = page.locator("#notices-menu").get_by_role("link", name="Microsoft CSP")
    expect(notice).to_be_visible()
    expect(bell).not_to_contain_text("not seen")
    assert violations(page) == []
    box = notice.bounding_box()
    assert box is not None
    assert (box["x"] >= 0, box["x"] + box["width"] <= width) == (True, True)
    notice.click()
    page.wait_for_url(f"**/runs/{run.pk}/")


@pytest.mark.parametrize("key", ["/", "Control+k"])
def test_search_box_is_a_key_away(open_browser: Open, shop: Shop, key: str) -> None:
    page = open_browser("vera")

    page.keyboard.press(key)
    page.keyboard.type("exchange")
    expect(page.locator("#jump-results").get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url("**/products/*/")
    expect(page.get_by_role("heading", name="Exchange Online (Plan 1)")).to_be_visible()


def test_question_mark_shows_the_keys_and_escape_closes_them(open_browser: Open, shop: Shop) -> None:
    page = open_browser("vera")
    keys = page.get_by_role("dialog", name="Keys")

    ask(page, "?")  # typed into the field, it is a sign like any other
    expect(keys).to_be_hidden()
    page.locator("main").focus()
    page.keyboard.press("?")

    expect(keys).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
