"""Reading and saving where no script runs."""

from __future__ import annotations

from playwright.sync_api import expect

from core.scope import partner_scope
from customers.models import Mapping
from tests import factories as make
from tests.browser.conftest import Open
from tests.portal.cast import Cast, Shop


def test_program_is_saved(open_browser: Open, cast: Cast, shop: Shop) -> None:
    page = open_browser("adam", java_script_enabled=False)
    page.goto("/p/northwind/programs/")
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Seat Based Annual").uncheck()
    page.get_by_label("Notification e-mails").fill("finance@northwind.example")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    with partner_scope(cast.northwind.pk):
        shop.program.refresh_from_db()
    assert shop.program.motions == ["seat_monthly", "azure_plan"]
    assert shop.program.notification_emails == ["finance@northwind.example"]


def test_mapping_is_found_and_saved(open_browser: Open, cast: Cast, shop: Shop) -> None:
    page = open_browser("bob", java_script_enabled=False)
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/")
    page.get_by_label("Search by name, domain or id").fill("conto")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Map Contoso").click()
    expect(page.get_by_role("searchbox", name="Customer in the target")).to_be_focused()
    page.get_by_role("searchbox", name="Customer in the target").fill("contoso")
    page.get_by_role("button", name="Find").click()
    page.get_by_label("Contoso Ltd").check()
    page.get_by_role("button", name="Show its invoice templates").click()
    expect(page.get_by_label("Monthly services")).to_be_focused()
    page.get_by_label("Monthly services").check()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("is mapped to Contoso Ltd.")).to_be_visible()
    with partner_scope(cast.northwind.pk):
        assert Mapping.objects.filter(motion="azure_plan").exists()


def test_history_and_run_are_read(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.ChangeFactory(run=shop.run, customer=shop.customer, state="failed", error="Syncro was busy.")
    page = open_browser("vera", java_script_enabled=False)
    page.goto(f"/p/northwind/programs/{shop.program.pk}/history/")
    page.get_by_role("combobox", name="Kind").select_option("billing")
    page.get_by_role("button", name="Find").click()
    page.locator("tbody").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Billing sync")).to_be_visible()
    page.get_by_label("Outcome").select_option("failed")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("Syncro was busy.")).to_be_visible()
    page.get_by_role("link", name="Sample Product").click()

    expect(page.get_by_role("region", name="Before and after").get_by_role("row").nth(1)).to_have_text(r"Quantity57")


def test_invoice_is_read_on_a_narrow_screen(open_browser: Open, shop: Shop) -> None:
    page = open_browser("vera", java_script_enabled=False, viewport={"width": 390, "height": 800})
    page.get_by_role("link", name="Open the menu").click()
    page.locator("#rail").get_by_role("link", name="Invoices").click()
    page.get_by_role("link", name="1000013").click()

    expect(page.get_by_text("Accounted for to the cent")).to_be_visible()
    page.get_by_role("link", name="50.00").first.click()
    expect(page.get_by_role("row").filter(has_text="Sample Product")).to_contain_text("Held")


def test_held_credit_is_resolved_and_undone(open_browser: Open, shop: Shop) -> None:
    page = open_browser("bob", java_script_enabled=False)
    page.goto("/p/northwind/inbox/?kind=credits")
    page.get_by_role("button", name="Dismiss").click()

    expect(page.get_by_text("Nothing of this kind to decide.")).to_be_visible()
    assert page.url.endswith("?kind=credits")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#item-{shop.credit.pk}")).to_be_visible()


def test_sync_is_started(open_browser: Open, shop: Shop) -> None:
    page = open_browser("bob", java_script_enabled=False)
    page.goto(f"/p/northwind/programs/{shop.program.pk}/")
    page.get_by_role("button", name="Preview").first.click()

    expect(page.get_by_text("Waiting for a free worker")).to_be_visible()
