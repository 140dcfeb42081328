"""The tasks that people come for, done as they do them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Dialog, expect

from connections.models import Connection
from core.scope import partner_scope
from customers.models import Mapping
from syncs.models import Decision, Run, RunState
from tests import factories as make
from tests.browser.conftest import Open
from tests.onboarding import Vendors
from tests.portal.cast import Cast, Shop


def test_admin_connects_source_and_target(open_browser: Open, cast: Cast, vendors: Vendors) -> None:
    adam, olga = open_browser("adam"), open_browser("olga")
    adam.goto("/p/northwind/connections/")
    adam.get_by_role("button", name="Request Syncro").click()
    olga.reload()
    olga.get_by_role("button", name="Enable").click()
    adam.reload()

    adam.get_by_role("link", name="Connect Syncro").click()
    adam.get_by_label("Subdomain").fill(vendors.syncro["subdomain"])
    adam.get_by_label("API token").fill(vendors.syncro["api_token"])
    adam.get_by_role("button", name="Test and save").click()
    expect(adam.get_by_text("Syncro is connected")).to_be_visible()
    adam.get_by_role("link", name="Connect PRISM").click()
    adam.get_by_label("Client ID").fill(vendors.prism["client_id"])
    adam.get_by_label("Client secret").fill(vendors.prism["client_secret"])
    adam.get_by_role("button", name="Test and save").click()

    expect(adam.get_by_text("PRISM is connected")).to_be_visible()
    with partner_scope(cast.northwind.pk):
        assert set(Connection.objects.values_list("status", flat=True)) == {"connected"}


def test_admin_configures_the_program(open_browser: Open, cast: Cast) -> None:
    with partner_scope(cast.northwind.pk):
        make.ConnectionFactory()
        make.TargetFactory()
    page = open_browser("adam")
    page.goto("/p/northwind/programs/")
    page.get_by_role("link", name="Set up").click()
    expect(page.get_by_label("Seat Based Monthly")).to_be_hidden()  # matters only with billing on

    page.get_by_label("Billing on").check()
    page.get_by_label("Seat Based Monthly").check()
    page.get_by_label("Notification e-mails").fill("billing@northwind.example")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator("#rail").get_by_role("link", name="Billing", exact=True)).to_be_visible()


def test_support_maps_a_customer_by_keyboard_over_the_list(open_browser: Open, cast: Cast, shop: Shop) -> None:
    page = open_browser("bob")
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/")
    search = page.get_by_label("Search by name, domain or id")
    expect(search).to_be_focused()

    search.press_sequentially("conto")
    page.wait_for_url("**q=conto**")
    row = page.get_by_role("row").filter(has_text="Azure Plan")
    row.get_by_role("link", name="Map Contoso").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Likely match, 100 of 100")).to_be_visible()
    dialog.get_by_role("link", name="Use it").press("Enter")
    dialog.get_by_label("Monthly services").press("Space")
    dialog.get_by_role("button", name="Save", exact=True).press("Enter")

    expect(page.locator("#notices")).to_contain_text("is mapped to Contoso Ltd.")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("row").filter(has_text="Azure Plan")).to_have_count(0)
    with partner_scope(cast.northwind.pk):
        assert Mapping.objects.filter(motion="azure_plan", sync_on=True).exists()


def test_picker_searches_while_one_types(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.TargetCustomerFactory(target=shop.program.target, name="Fabrikam, Inc.")
    page = open_browser("bob")
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/")
    page.get_by_role("link", name="Map Contoso").click()
    dialog = page.get_by_role("dialog")

    dialog.get_by_label("Customer in the target").first.press_sequentially("fabri")

    expect(dialog.get_by_label("Fabrikam, Inc.")).to_be_visible()
    expect(dialog.get_by_label("Contoso Ltd")).to_have_count(0)


def test_mapping_works_without_scripts(open_browser: Open, cast: Cast, shop: Shop) -> None:
    page = open_browser("bob", java_script_enabled=False)
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/")
    page.get_by_role("link", name="Map Contoso").click()
    page.get_by_role("searchbox", name="Customer in the target").fill("contoso")
    page.get_by_role("button", name="Find").click()
    page.get_by_label("Contoso Ltd").check()
    page.get_by_role("button", name="Show its invoice templates").click()
    page.get_by_label("Monthly services").check()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("is mapped to Contoso Ltd.")).to_be_visible()


def test_pages_read_without_scripts(open_browser: Open, shop: Shop) -> None:
    page = open_browser("vera", java_script_enabled=False, viewport={"width": 390, "height": 800})
    page.get_by_role("link", name="Open the menu").click()
    page.locator("#rail").get_by_role("link", name="Invoices").click()
    page.get_by_role("link", name="1000013").click()
    page.get_by_role("link", name="Account of invoice 1000013").click()

    expect(page.get_by_text("Balanced to the cent")).to_be_visible()


def test_progress_is_followed_without_reloading(open_browser: Open, cast: Cast, shop: Shop) -> None:
    page = open_browser("bob")
    page.goto(f"/p/northwind/programs/{shop.program.pk}/")
    page.get_by_role("button", name="Sync now").first.click()
    expect(page.get_by_text("Waiting for a free worker")).to_be_visible()
    page.evaluate("window.untouched = true")

    page.get_by_label("Search", exact=True).focus()
    with partner_scope(cast.northwind.pk):
        run = Run.objects.filter(kind="products").latest("pk")
        make.ChangeFactory(run=run, action="create_product", motion="", state="planned", before=None)
    move_on(cast, kind="products", state=RunState.APPLYING, done=3, total=10)
    expect(page.get_by_text("3 of 10 written")).to_be_visible()
    expect(page.get_by_role("link", name="Sample Product")).to_be_visible()  # the plan, without a reload
    page.get_by_role("link", name="Sample Product").focus()
    move_on(cast, kind="products", state=RunState.FINISHED, status="success", done=10, counts={"created": 10})

    expect(page.get_by_role("heading", name="Products sync")).to_be_visible()
    expect(page.locator(".totals")).to_contain_text("Created")
    expect(page.get_by_role("link", name="Sample Product")).to_be_focused()
    assert page.evaluate("window.untouched") is True


def test_whoever_was_on_a_button_that_goes_stays_on_the_run(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state=RunState.APPLYING, status="", done=3, total=10)
    page = open_browser("bob")
    page.goto(f"/p/northwind/runs/{run.pk}/")
    page.get_by_role("button", name="Cancel the run").focus()
    page.wait_for_timeout(2500)  # one renewal of the progress
    expect(page.get_by_role("button", name="Cancel the run")).to_be_focused()

    move_on(cast, kind="billing", state=RunState.FINISHED, status="success", done=10)

    expect(page.get_by_role("heading", name="Billing sync")).to_be_focused()


def move_on(cast: Cast, *, kind: str, **values: Any) -> None:
    """What a worker does to the run."""
    with partner_scope(cast.northwind.pk):
        run = Run.objects.filter(kind=kind).latest("pk")
        Run.objects.filter(pk=run.pk).update(**values)


def test_support_resolves_a_held_credit_and_undoes_it(open_browser: Open, cast: Cast, shop: Shop) -> None:
    page = open_browser("bob")
    page.goto("/p/northwind/inbox/")
    page.evaluate("window.untouched = true")
    page.locator(f"#item-{shop.credit.pk}").get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("Noted. The next sync carries it out")).to_be_visible()
    expect(page.locator(f"#item-{shop.credit.pk}")).to_have_count(0)
    expect(page.locator("#rail .count")).to_have_text("1 waiting")
    with partner_scope(cast.northwind.pk):
        assert Decision.objects.get().choice == "dismiss"

    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("Undone.")).to_be_visible()
    expect(page.locator(f"#item-{shop.credit.pk}")).to_be_visible()
    expect(page.locator("#rail .count")).to_have_text("2 waiting")
    assert page.evaluate("window.untouched") is True


def test_support_resolves_a_held_credit_without_scripts(open_browser: Open, shop: Shop) -> None:
    page = open_browser("bob", java_script_enabled=False)
    page.goto("/p/northwind/inbox/?kind=credits")
    page.get_by_role("button", name="Dismiss").click()

    expect(page.get_by_text("Nothing of this kind to decide.")).to_be_visible()
    assert page.url.endswith("?kind=credits")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#item-{shop.credit.pk}")).to_be_visible()


def test_support_answers_credits_together_by_keyboard(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.FindingFactory(last_run=shop.run, text="Another credit", retail="-99.00")
    page = open_browser("bob")
    page.goto("/p/northwind/inbox/")
    page.get_by_label("Kind").select_option("credits")

    page.get_by_label("All on this page").press("Space")
    expect(page.get_by_text("2 rows ticked")).to_be_visible()
    page.get_by_role("button", name="Dismiss the ticked items").press("Enter")

    expect(page.get_by_text("Noted for 2 items.")).to_be_visible()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator("#list > li")).to_have_count(2)


def test_support_marks_a_warning_as_seen_and_takes_it_back(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.FindingFactory(last_run=shop.run, code="paused", subject="", text="The template is paused")
    page = open_browser("bob")
    page.goto("/p/northwind/inbox/")
    page.get_by_role("button", name="Seen").click()
    expect(page.get_by_role("heading", name="To look into")).to_have_count(0)

    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("heading", name="To look into")).to_be_visible()


def test_support_switches_many_off_by_keyboard_and_undoes_it(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        for name in ("Fabrikam", "Litware"):
            customer = make.CustomerFactory(source=shop.program.source, name=name)
            make.MappingFactory(program=shop.program, customer=customer)
            make.ChargeFactory(invoice=shop.invoice, customer=customer)
    page = open_browser("bob")
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/?tab=sync_on")
    expect(page.get_by_label("Search by name, domain or id")).to_be_focused()

    for key in ("ArrowDown", "Space", "j", "j", "Shift+Space"):  # the first, and all up to the third
        page.keyboard.press(key)
    expect(page.get_by_text("3 rows ticked")).to_be_visible()
    page.get_by_role("button", name="Switch sync off").press("Enter")
    page.get_by_role("button", name="Apply 3 changes").press("Enter")
    expect(page.get_by_text("Applied: Switch sync off.")).to_be_visible()
    with partner_scope(cast.northwind.pk):
        assert not Mapping.objects.filter(sync_on=True).exists()
    page.get_by_role("button", name="Undo 3 changes").press("Enter")

    expect(page.get_by_text("3 mappings brought back to what they were.")).to_be_visible()
    with partner_scope(cast.northwind.pk):
        assert not Mapping.objects.filter(sync_on=False).exists()


def test_support_imports_mappings_by_keyboard(open_browser: Open, cast: Cast, shop: Shop) -> None:
    cells = [shop.customer.external_id, "azure_plan", shop.target_customer.external_id, shop.template.external_id]
    content = f"customer_id;motion;target_customer_id;template_id\n{';'.join(map(str, cells))}\n"
    page = open_browser("bob")
    page.goto(f"/p/northwind/programs/{shop.program.pk}/billing/?tab=all")
    page.get_by_role("link", name="Import CSV").press("Enter")
    page.get_by_label("CSV file").set_input_files(
        {"name": "September.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Check the file").press("Enter")
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()

    page.get_by_role("button", name="Apply 1 change").press("Enter")

    expect(page.get_by_text("Applied: CSV import September.csv.")).to_be_visible()
    with partner_scope(cast.northwind.pk):
        assert Mapping.objects.filter(motion="azure_plan").exists()


def test_support_resolves_held_credits_by_keyboard_alone(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        other = make.FindingFactory(last_run=shop.run, text="Another credit", retail="-99.00")
    page = open_browser("bob")
    page.goto("/p/northwind/inbox/")

    page.locator(f"#item-{shop.credit.pk}").get_by_role("button", name="Apply").focus()
    page.keyboard.press("k")  # the one above is worth more
    expect(page.locator(f"#item-{other.pk}").get_by_role("button", name="Apply")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Noted. The next sync carries it out")).to_be_visible()
    expect(page.locator(f"#item-{shop.credit.pk}").get_by_role("button", name="Apply")).to_be_focused()
    with partner_scope(cast.northwind.pk):
        assert [(each.subject, each.choice) for each in Decision.objects.all()] == [(other.subject, "dismiss")]


def test_admin_invites_and_the_guest_joins(open_browser: Open, cast: Cast, settings: Any) -> None:
    settings.DEVELOPMENT = True
    page = open_browser("adam")
    page.goto("/p/northwind/users/")
    page.get_by_role("link", name="Invite").click()
    page.get_by_label("E-mail address").fill("nina@northwind.example")
    page.get_by_label("Support").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("cell", name="nina@northwind.example", exact=True)).to_be_visible()

    page.goto("/p/northwind/messages/")
    page.get_by_role("link", name="Northwind IT invites you").click()

    expect(page.locator("pre")).to_contain_text("/invitations/")


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


def test_unsaved_settings_are_not_left_unasked(open_browser: Open, shop: Shop) -> None:
    page = open_browser("adam")
    page.goto(f"/p/northwind/programs/{shop.program.pk}/edit/")
    page.get_by_label("Rounding tolerance").fill("0.30")
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", accept)

    page.get_by_role("link", name="Back").click()
    page.wait_for_url("**/programs/")

    assert asked == ["beforeunload"]
