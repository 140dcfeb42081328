"""Lists and pickers by keyboard: nothing jumps, nothing is lost, and Back works."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from core.scope import partner_scope
from customers.models import Mapping
from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.looking import in_each_width, overflow
from tests.portal.cast import Cast, Shop


def test_sorting_keeps_focus_and_says_the_count(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        for _ in range(60):
            make.ProductFactory(source=shop.program.source)
    page = open_browser("vera")
    page.goto(f"/p/northwind/programs/{shop.program.pk}/products/")
    page.evaluate("window.untouched = true")

    page.get_by_role("link", name="Cost (USD)").press("Enter")
    page.wait_for_url("**sort=unit_cost**")
    expect(page.locator("#sort-unit_cost")).to_be_focused()
    expect(page.locator("#list-said")).to_have_text("1–25 of 61 rows, page 1 of 3")
    page.get_by_role("link", name="Next").press("Enter")
    page.wait_for_url("**page=2**")
    expect(page.locator("#list-count")).to_be_focused()
    page.get_by_label("Type").select_option("monthly")
    page.wait_for_url("**type=monthly**")
    assert "sort=unit_cost" in page.url
    assert page.evaluate("window.untouched") is True
    page.get_by_role("link", name="Remove the filter Type").press("Enter")
    expect(page.get_by_label("Type")).to_have_value("")

    page.go_back()
    expect(page.get_by_label("Type")).to_have_value("monthly")
    page.go_back()
    expect(page.locator("#list-count")).to_contain_text("page 2 of 3")


def test_typing_makes_one_step_of_the_history(open_browser: Open, shop: Shop) -> None:
    page = open_browser("vera")
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/?tab=all")
    before = page.evaluate("history.length")

    page.get_by_label("Search by name, domain or id").press_sequentially("conto", delay=250)
    page.wait_for_url("**q=conto**")

    assert page.evaluate("history.length") == before


@pytest.mark.parametrize(
    ("label", "answer"),
    [("Search by name, domain or id", "#list"), ("Search customers, products, invoices, runs", "#jump-results")],
)
def test_typing_faster_than_the_answers_ends_with_what_was_typed(
    open_browser: Open, shop: Shop, label: str, answer: str
) -> None:
    page = open_browser("vera")
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/?tab=all")
    box = page.get_by_label(label)
    asked: list[Route] = []

    def hold_the_first(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    page.route("**q=*", hold_the_first)
    for text in ("no", "nothing", "conto"):
        box.fill(text)
        page.wait_for_timeout(400)
    assert len(asked) == 1
    with page.expect_response("**q=conto*"):
        asked[0].continue_()
    expect(page.locator(answer)).to_contain_text("Contoso")


def test_sync_of_one_row_is_switched_and_undone(open_browser: Open, cast: Cast, shop: Shop) -> None:
    page = open_browser("bob", viewport={"width": 390, "height": 844})
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/?tab=sync_on")

    page.get_by_role("button", name="Switch off the sync of Contoso").press("Enter")
    expect(page.locator("#notices")).to_contain_text("is off.")
    expect(page.get_by_text("Nothing here", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").press("Enter")

    expect(page.locator("#notices")).to_contain_text("1 mapping brought back")
    expect(page.get_by_role("button", name="Switch off the sync of Contoso")).to_be_visible()
    with partner_scope(cast.northwind.pk):
        assert Mapping.objects.get().sync_on


def test_picker_is_walked_through_by_keyboard_alone(open_browser: Open, cast: Cast, shop: Shop) -> None:
    page = open_browser("bob")
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/")
    page.get_by_role("link", name="Map Contoso").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("searchbox")).to_be_focused()

    page.keyboard.type("conto")
    page.keyboard.press("ArrowDown")
    expect(dialog.get_by_label("Contoso Ltd")).to_be_checked()
    expect(dialog.get_by_label("Monthly services")).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Monthly services")).to_be_checked()
    page.keyboard.press("Enter")

    expect(page.locator("#notices")).to_contain_text("is mapped to Contoso Ltd.")


def test_choice_made_while_the_search_is_on_its_way_stands(open_browser: Open, shop: Shop) -> None:
    page = open_browser("bob")
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/")
    page.get_by_role("link", name="Map Contoso").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    asked: list[Route] = []

    def hold_the_first(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    page.route("**q=conto*", hold_the_first)
    page.keyboard.type("conto")
    page.wait_for_timeout(400)
    assert len(asked) == 1
    dialog.get_by_label("Contoso Ltd").press("Space")
    expect(dialog.get_by_label("Monthly services")).to_be_visible()
    with page.expect_response(asked[0].request.url):
        asked[0].continue_()
    page.wait_for_timeout(200)  # the answer would have been shown by now

    expect(dialog.get_by_label("Contoso Ltd")).to_be_checked()
    expect(dialog.get_by_label("Monthly services")).to_be_visible()


def test_escape_asks_before_an_edited_mapping_is_lost(open_browser: Open, shop: Shop) -> None:
    page = open_browser("bob")
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/?tab=all")
    page.get_by_role("link", name="Edit Contoso").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()  # nothing was changed

    page.get_by_role("link", name="Edit Contoso").click()
    dialog.get_by_label("Pricing strategy").select_option("cost_only")
    page.keyboard.press("Escape")
    expect(dialog.get_by_text("What you changed here is not saved.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog.get_by_label("Pricing strategy")).to_have_value("cost_only")
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Discard the changes").press("Enter")

    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("width", [390, 640, 768, 800, 1024, 1280])
def test_what_decides_is_on_the_screen(open_browser: Open, cast: Cast, shop: Shop, width: int) -> None:
    with partner_scope(cast.northwind.pk):
        type(shop.customer).objects.filter(pk=shop.customer.pk).update(name="Contoso " + "x" * 190)
    page = open_browser("alice", viewport={"width": width, "height": 844})
    base = f"/p/northwind/programs/{shop.program.pk}/"
    deciding = {
        f"{base}billing/?tab=all": "Map Contoso",
        f"{base}products/": "10.00",
        f"{base}history/": "Success",
        f"{base}invoices/": "60.00",
        f"{base}invoices/{shop.invoice.pk}/": "50.00",
        f"{base}invoices/{shop.invoice.pk}/rows/": "50.00",
        "/p/northwind/users/": "Remove",
    }
    for path, text in deciding.items():
        page.goto(path)
        assert overflow(page) <= 0, path
        box = page.locator(".table-box.list").get_by_text(text).first.bounding_box()
        assert box, path
        assert box["x"] >= 0, path
        assert box["x"] + box["width"] <= width, path


def test_filter_bar_is_one_row_on_a_wide_screen(open_browser: Open, cast: Cast, shop: Shop) -> None:
    page = open_browser("alice", viewport={"width": 1440, "height": 900})
    base = f"/p/northwind/programs/{shop.program.pk}/"
    lists = ["billing/?tab=all", "products/", "history/", "invoices/", f"invoices/{shop.invoice.pk}/"]
    lists.append(f"invoices/{shop.invoice.pk}/rows/")
    for path in [*(f"{base}{one}" for one in lists), f"/p/northwind/runs/{shop.run.pk}/", "/p/northwind/audit/"]:
        page.goto(path)
        ends = page.locator("form.toolbar[role=search] :is(.field, .button:not(summary))").evaluate_all(
            "parts => parts.map(part => Math.round(part.getBoundingClientRect().bottom)).filter(Boolean)"
        )
        assert len(ends) > 1, path
        assert len(set(ends)) == 1, path


def test_sync_of_one_row_is_switched_without_scripts(open_browser: Open, cast: Cast, shop: Shop) -> None:
    page = open_browser("bob", java_script_enabled=False)
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/?tab=all&sort=customer")

    page.get_by_role("button", name="Switch off the sync of Contoso").click()

    expect(page.get_by_text("is off.")).to_be_visible()
    assert page.url.endswith("?tab=all&sort=customer")
    with partner_scope(cast.northwind.pk):
        assert not Mapping.objects.get().sync_on


def test_rows_on_a_page_are_chosen_with_the_keyboard(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.ProductFactory.create_batch(60, source=shop.program.source)
    page = open_browser("vera")
    page.goto(f"/p/northwind/programs/{shop.program.pk}/products/?page=3")
    wrong = in_each_width(page)

    page.get_by_role("button", name="Show 50 rows on a page").press("Enter")

    expect(page.locator("#list-count")).to_contain_text("1–50 of 61")
    expect(page.get_by_role("button", name="Show 50 rows on a page")).to_have_attribute("aria-current", "true")
    assert wrong == []
