"""Two browsers at one form, a session that ended meanwhile, and a run without a sign of life, as people see them."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from core.scope import partner_scope
from customers.models import Mapping
from programs.models import Program
from tests.browser.conftest import Open
from tests.browser.looking import WIDTHS, problems
from tests.portal.cast import PASSWORD, Cast, Shop


def window(width: int) -> dict[str, object]:
    return {"viewport": {"width": width, "height": WIDTHS[width]}}


@pytest.mark.parametrize("width", WIDTHS)
def test_older_settings_are_refused_and_what_was_typed_stays(
    open_browser: Open, cast: Cast, shop: Shop, width: int
) -> None:
    page = open_browser("alice", **window(width))
    page.goto(f"/p/northwind/programs/{shop.program.pk}/edit/")
    page.get_by_label("Rounding tolerance").fill("0.25")
    with partner_scope(cast.northwind.pk):
        Program.objects.update(approval="required")

    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved")
    expect(page.get_by_role("alert")).to_contain_text("Hold until someone applies it")
    expect(page.get_by_label("Rounding tolerance")).to_have_value("0.25")
    assert problems(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_older_dialog_over_the_list_is_refused_and_saves_once_more(
    open_browser: Open, cast: Cast, shop: Shop, width: int
) -> None:
    page = open_browser("bob", **window(width))
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/?tab=all")
    page.get_by_role("link", name="Edit").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Pricing strategy").select_option("cost_only")
    with partner_scope(cast.northwind.pk):
        Mapping.objects.update(sync_on=False)

    dialog.get_by_role("button", name="Save", exact=True).click()

    expect(dialog.get_by_role("alert").first).to_contain_text("Nothing was saved")
    expect(dialog.get_by_label("Pricing strategy")).to_have_value("cost_only")
    assert problems(page) == []
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog).not_to_be_visible()
    with partner_scope(cast.northwind.pk):
        assert Mapping.objects.get(motion="seat_monthly").pricing == "cost_only"


def test_press_after_the_session_ended_comes_back_with_what_was_typed(
    open_browser: Open, cast: Cast, shop: Shop
) -> None:
    page = open_browser("alice")
    page.goto("/p/northwind/settings/")
    page.get_by_label("Name").fill("Northwind Ltd")
    Session.objects.all().delete()

    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/accounts/login/**")
    page.get_by_label("Email").fill("alice@northwind.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.wait_for_url("**/p/northwind/settings/")
    expect(page.get_by_text("nothing was saved. What you had entered is filled in again.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Northwind Ltd")
