"""The tasks that people come for, each done by keyboard alone."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Dialog, expect

from connections.models import Connection
from core.scope import partner_scope
from customers.models import Mapping
from programs.models import Program
from syncs.enums import RunState
from syncs.models import Decision, Run
from tests import factories as make
from tests.accounts.mailbox import letters_to, link_in
from tests.browser.conftest import Open
from tests.browser.credentials import save_credentials
from tests.browser.keyboard import Keyboard
from tests.onboarding import Vendors
from tests.portal.cast import PASSWORD, Cast, Shop


def test_admin_connects_source_and_target(open_browser: Open, cast: Cast, vendors: Vendors) -> None:
    adam = Keyboard(open_browser("adam"))
    adam.open("Connections")
    adam.press(adam.page.get_by_role("button", name="Request Syncro"))
    expect(adam.page.get_by_text("Requested by")).to_be_visible()
    olga = Keyboard(open_browser("olga"))
    enable = olga.page.get_by_role("button", name="Enable Syncro for Northwind IT")
    olga.press(enable)
    expect(olga.page.get_by_text("Nothing was changed yet.")).to_be_visible()
    olga.write(olga.page.get_by_label("Password"), PASSWORD)
    olga.page.keyboard.press("Enter")
    olga.press(enable)
    expect(olga.page.get_by_text("Nobody waits for you.")).to_be_visible()

    adam.open("Dashboard")
    adam.open("Connections")
    adam.press(adam.page.get_by_role("link", name="Connect Syncro"))
    adam.write(adam.page.get_by_label("Subdomain"), vendors.syncro["subdomain"])
    adam.write(adam.page.get_by_label("API token"), "mistyped")
    save_credentials(adam, cast.northwind)
    expect(adam.page.get_by_role("alert")).to_be_visible()
    adam.write(adam.page.get_by_label("API token"), vendors.syncro["api_token"])
    save_credentials(adam, cast.northwind)
    expect(adam.page.get_by_text("Syncro is connected")).to_be_visible()
    adam.press(adam.page.get_by_role("link", name="Connect PRISM"))
    adam.write(adam.page.get_by_label("Client ID"), vendors.prism["client_id"])
    adam.write(adam.page.get_by_label("Client secret"), vendors.prism["client_secret"])
    save_credentials(adam, cast.northwind)

    expect(adam.page.get_by_text("PRISM is connected")).to_be_visible()
    with partner_scope(cast.northwind.pk):
        assert set(Connection.objects.values_list("status", flat=True)) == {"connected"}


def test_admin_configures_the_program(open_browser: Open, cast: Cast) -> None:
    with partner_scope(cast.northwind.pk):
        make.ConnectionFactory()
        make.TargetFactory()
    adam = Keyboard(open_browser("adam"))
    adam.open("Programs")
    adam.press(adam.page.get_by_role("link", name="Set up"))
    motions = [adam.page.get_by_label(name) for name in ("Seat Based Monthly", "Azure Plan", "Seat Based Annual")]
    for motion in motions:
        expect(motion).to_be_checked()  # everything is on at first

    adam.write(adam.page.get_by_label("Notification e-mails"), "billing@northwind.example")
    adam.tick(adam.page.get_by_label("Billing on"))
    expect(motions[0]).to_be_hidden()  # matters only with billing on
    adam.tick(adam.page.get_by_label("Billing on"))
    for motion in motions[1:]:
        adam.tick(motion)
    adam.choose(adam.page.get_by_label("Hold until someone applies it"))
    adam.press(adam.page.get_by_role("button", name="Save"))

    expect(adam.page.get_by_text("Saved.")).to_be_visible()
    adam.open("Billing")
    with partner_scope(cast.northwind.pk):
        program = Program.objects.get()
    assert (program.motions, program.approval) == (["seat_monthly"], "required")
    assert program.notification_emails == ["billing@northwind.example"]


def test_support_maps_a_customer_by_search(open_browser: Open, cast: Cast, shop: Shop) -> None:
    bob = Keyboard(open_browser("bob"))
    bob.open("Billing")
    expect(bob.page.get_by_label("Search by name, domain or id")).to_be_focused()

    bob.page.keyboard.type("conto")
    bob.page.wait_for_url("**q=conto**")
    bob.press(bob.page.get_by_role("link", name="Map Contoso"))
    dialog = bob.page.get_by_role("dialog")
    expect(dialog.get_by_text("Likely match, 100 of 100")).to_be_visible()
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    with bob.page.expect_response(lambda answer: "q=contoso" in answer.url):  # what a person waits to see
        bob.page.keyboard.type("contoso")
    bob.choose(dialog.get_by_label("Contoso Ltd"))
    bob.choose(dialog.get_by_label("Monthly services"))
    bob.press(dialog.get_by_role("button", name="Save", exact=True))

    expect(bob.page.locator("#notices")).to_contain_text("is mapped to Contoso Ltd.")
    expect(dialog).to_be_hidden()
    expect(bob.page.get_by_role("row").filter(has_text="Azure Plan")).to_have_count(0)
    bob.must_be_somewhere()
    with partner_scope(cast.northwind.pk):
        assert Mapping.objects.filter(motion="azure_plan", sync_on=True).exists()


def test_support_maps_by_suggestion(open_browser: Open, cast: Cast, shop: Shop) -> None:
    bob = Keyboard(open_browser("bob"))
    bob.open("Billing")
    bob.press(bob.page.get_by_role("link", name="Map Contoso"))
    dialog = bob.page.get_by_role("dialog")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    bob.press(dialog.get_by_role("link", name="Use it"))
    bob.choose(dialog.get_by_label("Monthly services"))
    bob.press(dialog.get_by_role("button", name="Save", exact=True))

    expect(bob.page.locator("#notices")).to_contain_text("is mapped to Contoso Ltd.")


def test_support_leaves_the_dialog_where_it_was_opened(open_browser: Open, shop: Shop) -> None:
    bob = Keyboard(open_browser("bob"))
    bob.open("Billing")
    opener = bob.page.get_by_role("link", name="Map Contoso")
    bob.press(opener)
    bob.press(bob.page.get_by_role("dialog").get_by_role("button", name="Cancel"))

    expect(opener).to_be_focused()


def test_picker_searches_while_one_types(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.TargetCustomerFactory(target=shop.program.target, name="Fabrikam, Inc.")
    bob = Keyboard(open_browser("bob"))
    bob.open("Billing")
    bob.press(bob.page.get_by_role("link", name="Map Contoso"))
    dialog = bob.page.get_by_role("dialog")
    expect(dialog.get_by_role("searchbox")).to_be_focused()

    bob.page.keyboard.type("fabri")

    expect(dialog.get_by_label("Fabrikam, Inc.")).to_be_visible()
    expect(dialog.get_by_label("Contoso Ltd")).to_have_count(0)


def test_support_previews_a_sync(open_browser: Open, cast: Cast, shop: Shop) -> None:
    bob = Keyboard(open_browser("bob"))
    bob.open("Overview")
    bob.press(bob.page.get_by_role("button", name=re.compile("Preview.*Customers")))
    expect(bob.page.get_by_text("Waiting for a free worker")).to_be_visible()
    with partner_scope(cast.northwind.pk):
        run = Run.objects.get(preview=True)
        make.ChangeFactory(run=run, customer=shop.customer, state="planned", reason="2 seats more since 10 September")
        make.ChangeFactory(run=run, customer=shop.customer, action="keep")
    move_on(cast, kind="billing", state=RunState.FINISHED, status="success", counts={"updated": 1, "unchanged": 1})

    expect(bob.page.get_by_text("This is a preview: nothing was written.")).to_be_visible()
    expect(bob.page.get_by_text("2 seats more since 10 September")).to_be_visible()
    bob.press(bob.page.get_by_role("link", name="show it too"))
    expect(bob.page.get_by_role("link", name="Sample Product")).to_have_count(2)
    bob.press(bob.page.get_by_role("link", name="Sample Product").first)
    expect(bob.page.get_by_role("heading", name="Before and after")).to_be_visible()
    bob.press(bob.page.get_by_role("link", name=f"Run {run.pk}"))
    bob.walk_to(bob.page.get_by_role("button", name="Sync now"))


def test_support_follows_a_sync_without_reloading(open_browser: Open, cast: Cast, shop: Shop) -> None:
    bob = Keyboard(open_browser("bob"))
    bob.open("Overview")
    bob.press(bob.page.get_by_role("button", name=re.compile("Sync now.*Products")))
    expect(bob.page.get_by_text("Waiting for a free worker")).to_be_visible()
    bob.page.evaluate("window.untouched = true")

    with partner_scope(cast.northwind.pk):
        run = Run.objects.filter(kind="products").latest("pk")
        make.ChangeFactory(run=run, action="create_product", motion="", state="planned", before=None)
    move_on(cast, kind="products", state=RunState.APPLYING, done=3, total=10)
    expect(bob.page.get_by_text("3 of 10 written")).to_be_visible()
    item = bob.page.get_by_role("link", name="Sample Product")
    expect(item).to_be_visible()  # the plan, without a reload
    bob.walk_to(item)
    move_on(cast, kind="products", state=RunState.FINISHED, status="success", done=10, counts={"created": 10})

    expect(bob.page.get_by_role("heading", name="Products sync")).to_be_visible()
    expect(bob.page.locator(".totals")).to_contain_text("Created")
    expect(item).to_be_focused()
    assert bob.page.evaluate("window.untouched") is True


def test_support_cancels_a_sync(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state=RunState.APPLYING, status="", done=3, total=10)
    bob = Keyboard(open_browser("bob"))
    bob.press(bob.page.locator("#running"))
    cancel = bob.page.get_by_role("button", name="Cancel the run")
    bob.walk_to(cancel)
    bob.page.wait_for_timeout(2500)  # one renewal of the progress
    expect(cancel).to_be_focused()
    bob.page.keyboard.press("Enter")

    expect(bob.page.get_by_text("Stopping after the write at hand")).to_be_visible()
    with partner_scope(cast.northwind.pk):
        run.refresh_from_db()
    assert run.cancel_requested


def test_whoever_was_on_a_button_that_goes_stays_on_the_run(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.RunFactory(program=shop.program, state=RunState.APPLYING, status="", done=3, total=10)
    bob = Keyboard(open_browser("bob"))
    bob.press(bob.page.locator("#running"))
    bob.walk_to(bob.page.get_by_role("button", name="Cancel the run"))

    move_on(cast, kind="billing", state=RunState.FINISHED, status="success", done=10)

    expect(bob.page.get_by_role("heading", name="Billing sync")).to_be_focused()


def move_on(cast: Cast, *, kind: str, **values: Any) -> None:
    """What a worker does to the run."""
    with partner_scope(cast.northwind.pk):
        run = Run.objects.filter(kind=kind).latest("pk")
        Run.objects.filter(pk=run.pk).update(**values)


def test_support_resolves_a_held_credit_and_undoes_it(open_browser: Open, cast: Cast, shop: Shop) -> None:
    bob = Keyboard(open_browser("bob"))
    bob.open("Inbox")
    bob.page.evaluate("window.untouched = true")
    credit = bob.page.locator(f"#item-{shop.credit.pk}")
    bob.press(credit.get_by_role("button", name="Dismiss"))
    expect(bob.page.get_by_text("Noted. The next sync carries it out")).to_be_visible()
    expect(credit).to_have_count(0)
    expect(bob.page.locator("#rail .count")).to_have_text("1 waiting")
    bob.must_be_somewhere()
    with partner_scope(cast.northwind.pk):
        assert Decision.objects.get().choice == "dismiss"

    bob.press(bob.page.get_by_role("button", name="Undo"))

    expect(bob.page.get_by_text("Undone.")).to_be_visible()
    expect(credit).to_be_visible()
    expect(bob.page.locator("#rail .count")).to_have_text("2 waiting")
    bob.must_be_somewhere()
    assert bob.page.evaluate("window.untouched") is True


def test_support_answers_one_credit_after_the_other(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        other = make.FindingFactory(last_run=shop.run, text="Another credit", retail="-99.00")
    bob = Keyboard(open_browser("bob"))
    bob.open("Inbox")
    apply_first = bob.page.locator(f"#item-{shop.credit.pk}").get_by_role("button", name="Apply")
    bob.walk_to(apply_first)
    bob.page.keyboard.press("k")  # the one above is worth more
    expect(bob.page.locator(f"#item-{other.pk}").get_by_role("button", name="Apply")).to_be_focused()
    bob.page.keyboard.press("Tab")
    bob.page.keyboard.press("Enter")

    expect(bob.page.get_by_text("Noted. The next sync carries it out")).to_be_visible()
    expect(apply_first).to_be_focused()
    with partner_scope(cast.northwind.pk):
        assert [(each.subject, each.choice) for each in Decision.objects.all()] == [(other.subject, "dismiss")]


def test_support_answers_credits_together(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.FindingFactory(last_run=shop.run, text="Another credit", retail="-99.00")
    bob = Keyboard(open_browser("bob"))
    bob.open("Inbox")
    bob.walk_to(bob.page.get_by_label("Kind"))
    bob.page.keyboard.type("Credits")

    bob.tick(bob.page.get_by_label("All on this page"))
    expect(bob.page.get_by_text("2 rows ticked")).to_be_visible()
    bob.press(bob.page.get_by_role("button", name="Dismiss the ticked items"))

    expect(bob.page.get_by_text("Noted for 2 items.")).to_be_visible()
    bob.press(bob.page.get_by_role("button", name="Undo"))
    expect(bob.page.locator("#list > li")).to_have_count(2)


def test_support_marks_a_warning_as_seen_and_takes_it_back(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.FindingFactory(last_run=shop.run, code="paused", subject="", text="The template is paused")
    bob = Keyboard(open_browser("bob"))
    bob.open("Inbox")
    bob.press(bob.page.get_by_role("button", name="Seen"))
    expect(bob.page.get_by_role("heading", name="To look into")).to_have_count(0)

    bob.press(bob.page.get_by_role("button", name="Undo"))

    expect(bob.page.get_by_role("heading", name="To look into")).to_be_visible()


def test_support_switches_many_off_and_undoes_it(open_browser: Open, cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        for name in ("Fabrikam", "Litware"):
            customer = make.CustomerFactory(source=shop.program.source, name=name)
            make.MappingFactory(program=shop.program, customer=customer)
            make.ChargeFactory(invoice=shop.invoice, customer=customer)
    bob = Keyboard(open_browser("bob"))
    bob.open("Billing")
    bob.press(bob.page.get_by_role("link", name="Sync on"))
    bob.page.wait_for_url("**tab=sync_on**")
    bob.walk_to(bob.page.get_by_label("Search by name, domain or id"), back=True)

    for key in ("ArrowDown", "Space", "j", "j", "Shift+Space"):  # the first, and all up to the third
        bob.page.keyboard.press(key)
    expect(bob.page.get_by_text("3 rows ticked")).to_be_visible()
    bob.press(bob.page.get_by_role("button", name="Switch sync off"), back=True)
    bob.press(bob.page.get_by_role("button", name="Apply 3 changes"))
    expect(bob.page.get_by_text("Applied: Switch sync off.")).to_be_visible()
    with partner_scope(cast.northwind.pk):
        assert not Mapping.objects.filter(sync_on=True).exists()
    bob.press(bob.page.get_by_role("button", name="Undo 3 changes"))

    expect(bob.page.get_by_text("3 mappings brought back to what they were.")).to_be_visible()
    with partner_scope(cast.northwind.pk):
        assert not Mapping.objects.filter(sync_on=False).exists()


def test_viewer_reads_history_down_to_the_sources_rows(open_browser: Open, cast: Cast, shop: Shop) -> None:
    vera = Keyboard(open_browser("vera"))
    vera.open("History")
    vera.skip_to_content()
    vera.walk_to(vera.page.get_by_role("combobox", name="Kind"))
    vera.page.keyboard.type("Billing")
    vera.page.wait_for_url("**kind=billing**")
    expect(vera.page.locator("#list tbody tr")).to_have_count(1)
    vera.press(vera.page.locator("#list tbody").get_by_role("link").first)
    expect(vera.page.get_by_role("heading", name="Billing sync")).to_be_visible()
    vera.press(vera.page.get_by_role("link", name="Sample Product"))

    quantities = vera.page.get_by_role("row", name="Quantity").get_by_role("cell")
    expect(quantities).to_have_text(["5", "7"])
    vera.press(vera.page.get_by_role("link", name="Contoso, Ltd."))
    expect(vera.page.get_by_role("heading", name="Contoso, Ltd.")).to_be_visible()


def test_admin_invites_and_the_guest_joins(open_browser: Open, cast: Cast) -> None:
    adam = Keyboard(open_browser("adam"))
    adam.open("Users")
    adam.press(adam.page.get_by_role("link", name="Invite"))
    adam.write(adam.page.get_by_label("E-mail address"), "nina@northwind.example")
    adam.choose(adam.page.get_by_label("Viewer"))
    adam.press(adam.page.get_by_role("button", name="Send the invitation"))
    expect(adam.page.get_by_role("cell", name="nina@northwind.example", exact=True)).to_be_visible()

    nina = Keyboard(open_browser(""))
    nina.page.goto(link_in(str(letters_to("nina@northwind.example")[-1].body), "/invitations/"))
    nina.write(nina.page.get_by_label("Your name"), "Nina Sample")
    nina.write(nina.page.get_by_label("Password", exact=True), PASSWORD)
    nina.write(nina.page.get_by_label("Password again"), PASSWORD)
    nina.press(nina.page.get_by_role("button", name="Join"))

    expect(nina.page.get_by_role("heading", level=1)).to_be_visible()
    nina.page.wait_for_url("**/p/northwind/")


def test_unsaved_settings_are_not_left_unasked(open_browser: Open, shop: Shop) -> None:
    adam = Keyboard(open_browser("adam"))
    adam.open("Programs")
    adam.press(adam.page.get_by_role("link", name="Edit"))
    adam.write(adam.page.get_by_label("Rounding tolerance"), "0.30")
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    adam.page.once("dialog", accept)

    adam.press(adam.page.get_by_role("link", name="Back"))
    adam.page.wait_for_url("**/programs/")

    assert asked == ["beforeunload"]
