"""Two people at one form: the older page is refused with what changed and by whom, and what was typed stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, Partner
from connections.models import Connection
from core.scope import partner_scope
from customers.models import Mapping
from programs.models import Program
from syncs.models import Decision
from tests import factories as make
from tests.portal.billing.test_billing import answer, dialog
from tests.portal.cast import Cast, Shop
from tests.portal.drawing import DRAWN
from tests.portal.programs.test_programs import SETTINGS

INBOX = "/p/northwind/inbox/"
COMPANY = {"name": "Northwind IT", "time_zone": "Europe/Oslo", "currency": "USD", "locale": "en_US"}


def drawn(browser: Client, page: str, place: int = 0) -> str:
    """What the page's form says that it was drawn from."""
    return str(DRAWN.findall(browser.get(page).content.decode())[place])


def test_older_program_page_does_not_set_approval_back(cast: Cast, shop: Shop) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/edit/"
    alice, adam = cast.client("alice"), cast.client("adam")
    adam.post(path, {**SETTINGS, "approval": "automatic"})
    old = drawn(alice, path)
    adam.post(path, {**SETTINGS, "drawn": drawn(adam, path)})

    response = alice.post(path, {**SETTINGS, "approval": "automatic", "rounding_tolerance": "0.25", "drawn": old})

    page = response.content.decode()
    assert response.status_code == 409
    assert "adam@northwind.example" in page
    assert "<li>Approval: <bdi>Apply at once</bdi> → <bdi>Hold until someone applies it</bdi></li>" in page
    assert 'value="0.25"' in page
    with partner_scope(cast.northwind.pk):
        assert Program.objects.get().approval == "required"
    again = {**SETTINGS, "rounding_tolerance": "0.25", "drawn": DRAWN.findall(page)[0]}
    assert alice.post(path, again).status_code == 302


def test_notification_addresses_that_somebody_added_are_not_lost(cast: Cast, shop: Shop) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/edit/"
    alice, adam = cast.client("alice"), cast.client("adam")
    alice.post(path, {**SETTINGS, "notification_emails": "desk@northwind.example"})
    old = drawn(alice, path)
    adam.post(path, {**SETTINGS, "notification_emails": "desk@northwind.example, cfo@northwind.example"})

    page = alice.post(path, {**SETTINGS, "notification_emails": "it@northwind.example", "drawn": old}).content.decode()

    assert "<bdi>desk@northwind.example, cfo@northwind.example</bdi>" in page
    assert ">\nit@northwind.example</textarea>" in page
    with partner_scope(cast.northwind.pk):
        assert Program.objects.get().notification_emails == ["desk@northwind.example", "cfo@northwind.example"]


def test_program_that_somebody_set_up_meanwhile_is_shown_beside_what_was_typed(cast: Cast) -> None:
    with partner_scope(cast.northwind.pk):
        make.ConnectionFactory()
        make.TargetFactory()
    path = "/p/northwind/programs/microsoft-csp/prism-to-syncro/set-up/"
    alice, adam = cast.client("alice"), cast.client("adam")
    old = drawn(alice, path)
    adam.post(path, SETTINGS)

    response = alice.post(path, {**SETTINGS, "approval": "automatic", "drawn": old})

    assert response.status_code == 409
    with partner_scope(cast.northwind.pk):
        assert Program.objects.get().approval == "required"


@pytest.mark.parametrize("options", [{}, {"HTTP_HX_REQUEST": "true"}], ids=["page", "dialog"])
def test_older_mapping_dialog_does_not_switch_sync_on_again(cast: Cast, shop: Shop, options: dict[str, Any]) -> None:
    path = dialog(shop, "seat_monthly")
    bob, adam = cast.client("bob"), cast.client("adam")
    old = drawn(bob, path)
    adam.post(path, {**answer(shop, pricing="cost_and_retail", sync_on=""), "drawn": drawn(adam, path)})

    page = bob.post(path, {**answer(shop), "drawn": old}, **options).content.decode()

    assert "adam@northwind.example" in page
    assert "<li>Sync: <bdi>on</bdi> → <bdi>off</bdi></li>" in page
    assert '<option value="cost_only" selected>' in page
    with partner_scope(cast.northwind.pk):
        assert not Mapping.objects.get(motion="seat_monthly").sync_on
    bob.post(path, {**answer(shop), "drawn": DRAWN.findall(page)[0]}, **options)
    with partner_scope(cast.northwind.pk):
        assert Mapping.objects.get(motion="seat_monthly").sync_on


def test_choosing_on_in_the_dialog_keeps_what_it_was_drawn_from(cast: Cast, shop: Shop) -> None:
    path = dialog(shop, "seat_monthly")
    bob = cast.client("bob")
    old = drawn(bob, path)
    cast.client("adam").post(path, answer(shop, sync_on=""))

    later = DRAWN.findall(bob.get(path, {**answer(shop), "drawn": old}).content.decode())[0]

    assert bob.post(path, {**answer(shop), "drawn": later}).status_code == 409


def test_mapping_that_somebody_changed_is_not_taken_away(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    old = drawn(bob, dialog(shop, "seat_monthly"), -1)
    cast.client("adam").post(dialog(shop, "seat_monthly"), answer(shop))

    path = f"/p/northwind/programs/{shop.program.pk}/mappings/{shop.mapping.pk}/remove/"
    page = bob.post(path, {"drawn": old}, follow=True).content.decode()

    assert "adam@northwind.example was quicker" in page
    with partner_scope(cast.northwind.pk):
        assert Mapping.objects.filter(pk=shop.mapping.pk).exists()


def test_older_page_of_the_company_names_what_changed(cast: Cast) -> None:
    path = "/p/northwind/settings/"
    alice, adam = cast.client("alice"), cast.client("adam")
    old = drawn(alice, path)
    adam.post(path, {**COMPANY, "currency": "EUR", "drawn": drawn(adam, path)})

    response = alice.post(path, {**COMPANY, "name": "Northwind Ltd", "drawn": old})

    page = response.content.decode()
    assert response.status_code == 409
    assert "<li>Currency: <bdi>USD</bdi> → <bdi>EUR</bdi></li>" in page
    assert 'value="Northwind Ltd"' in page
    with partner_scope(cast.northwind.pk):
        assert (Partner.objects.get().name, Partner.objects.get().currency) == ("Northwind IT", "EUR")


def test_role_that_somebody_changed_is_not_changed_by_an_older_list(cast: Cast) -> None:
    with partner_scope(cast.northwind.pk):
        vera = Membership.objects.get(user=cast.users["vera"])
    path = f"/p/northwind/users/{vera.pk}/role/"
    alice, adam = cast.sure("alice"), cast.sure("adam")
    old = DRAWN.findall(alice.get("/p/northwind/users/").content.decode())
    adam.post(path, {"role": "support"})

    pages = [alice.post(path, {"role": "admin", "drawn": each}, follow=True).content.decode() for each in old[-1:]]

    assert "adam@northwind.example was quicker" in pages[0]
    assert "is now Support" in pages[0]
    with partner_scope(cast.northwind.pk):
        assert Membership.objects.get(pk=vera.pk).role == "support"


def test_member_whose_role_changed_is_not_removed_by_an_older_page(cast: Cast) -> None:
    with partner_scope(cast.northwind.pk):
        vera = Membership.objects.get(user=cast.users["vera"])
    alice = cast.sure("alice")
    old = drawn(alice, f"/p/northwind/users/{vera.pk}/remove/")
    cast.sure("adam").post(f"/p/northwind/users/{vera.pk}/role/", {"role": "support"})

    alice.post(f"/p/northwind/users/{vera.pk}/remove/", {"drawn": old})

    with partner_scope(cast.northwind.pk):
        assert Membership.objects.filter(pk=vera.pk).exists()


def test_credentials_that_somebody_replaced_are_not_replaced_by_an_older_form(cast: Cast, shop: Shop) -> None:
    path = "/p/northwind/connections/syncro/"
    alice = cast.sure("alice")
    old = drawn(alice, path)
    with partner_scope(cast.northwind.pk):
        Connection.objects.filter(system="syncro").update(credentials={"subdomain": "northwind-new"})

    response = alice.post(path, {"subdomain": "northwind-two", "api_token": "T0-sample", "drawn": old})

    page = response.content.decode()
    assert response.status_code == 409
    assert "<bdi>northwind</bdi> → <bdi>northwind-new</bdi>" in page
    assert 'value="northwind-two"' in page
    assert "T0-sample" not in page


def test_connection_that_somebody_replaced_is_not_disconnected_by_an_older_page(cast: Cast, shop: Shop) -> None:
    path = "/p/northwind/connections/syncro/disconnect/"
    alice = cast.sure("alice")
    old = drawn(alice, path)
    with partner_scope(cast.northwind.pk):
        Connection.objects.filter(system="syncro").update(credentials={"subdomain": "northwind-new"})

    page = alice.post(path, {"drawn": old}, follow=True).content.decode()

    assert "Other credentials of Syncro were stored after your page was drawn." in page
    with partner_scope(cast.northwind.pk):
        assert Connection.objects.get(system="syncro").status == "connected"


def test_wishes_of_another_window_are_not_overwritten(cast: Cast) -> None:
    path = "/p/northwind/email-preferences/"
    vera = cast.client("vera")
    old = drawn(vera, path)
    vera.post(path, {"every_run": "on", "drawn": old})

    response = vera.post(path, {"unmapped": "on", "drawn": old})

    assert response.status_code == 409
    assert "After every sync: <bdi>off</bdi> → <bdi>on</bdi>" in response.content.decode()


def test_profile_of_another_window_is_not_overwritten(cast: Cast) -> None:
    vera = cast.client("vera")
    old = drawn(vera, "/profile/")
    vera.post("/profile/", {"name": "Vera", "time_zone": "", "drawn": old})

    response = vera.post("/profile/", {"name": "V.", "time_zone": "", "drawn": old})

    assert response.status_code == 409
    assert "Name: <bdi>nothing</bdi> → <bdi>Vera</bdi>" in response.content.decode()


@pytest.mark.parametrize("button", ["detach", "follow"])
def test_product_that_somebody_detached_is_left_as_it_is_now(cast: Cast, shop: Shop, button: str) -> None:
    product = f"/p/northwind/programs/{shop.program.pk}/products/{shop.product.pk}/"
    bob, adam = cast.client("bob"), cast.client("adam")
    if button == "follow":
        adam.post(f"{product}detach/")
    old = drawn(bob, product)
    adam.post(f"{product}{button}/", {"drawn": old})

    page = bob.post(f"{product}{button}/", {"drawn": old}, follow=True).content.decode()

    assert "adam@northwind.example was quicker" in page


def test_answer_of_somebody_else_is_not_replaced_by_an_older_inbox(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        given = {"program": shop.program.pk, "subject": shop.credit.subject}
    cast.client("adam").post("/p/northwind/inbox/decide/", {**given, "choice": "apply"})

    page = cast.client("bob").post("/p/northwind/inbox/decide/", {**given, "choice": "dismiss"}, follow=True)

    assert "adam@northwind.example has answered this already. Nothing was changed" in page.content.decode()
    with partner_scope(cast.northwind.pk):
        assert Decision.objects.get(subject=shop.credit.subject).choice == "apply"


def test_form_that_nobody_sealed_here_is_not_saved(cast: Cast) -> None:
    response = cast.client("alice").post("/p/northwind/settings/", {**COMPANY, "currency": "EUR", "drawn": "old:page"})

    assert response.status_code == 409
    assert "your page is too old to compare" in response.content.decode()


def test_button_of_an_older_list_does_not_turn_the_sync_over(cast: Cast, shop: Shop) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/mappings/{shop.mapping.pk}/sync/"
    bob = cast.client("bob")
    old = bob.draw(path)
    cast.client("adam").post(path)

    page = bob.post(path, {"drawn": old}, follow=True).content.decode()

    assert "adam@northwind.example was quicker" in page
    assert "its sync is off" in page
    with partner_scope(cast.northwind.pk):
        assert not Mapping.objects.get(pk=shop.mapping.pk).sync_on
    bob.post(path)
    with partner_scope(cast.northwind.pk):
        assert Mapping.objects.get(pk=shop.mapping.pk).sync_on


def test_undo_of_an_older_inbox_does_not_take_back_what_somebody_answered_anew(cast: Cast, shop: Shop) -> None:
    bob, adam = cast.client("bob"), cast.client("adam")
    answer_of = {"program": shop.program.pk, "subject": shop.credit.subject, "choice": "dismiss"}
    bob.post(f"{INBOX}decide/", answer_of)
    with partner_scope(cast.northwind.pk):
        given = {"program": shop.program.pk, "at": Decision.objects.get().decided_at.isoformat()}
    old = bob.draw(f"{INBOX}undo/")
    adam.post(f"{INBOX}undo/", given)

    gone = bob.post(f"{INBOX}undo/", {**given, "drawn": old}, follow=True).content.decode()
    adam.post(f"{INBOX}decide/", {**answer_of, "choice": "apply"})
    anew = bob.post(f"{INBOX}undo/", {**given, "drawn": old}, follow=True).content.decode()

    assert "adam@northwind.example was quicker. The answer was taken back already." in gone
    assert "adam@northwind.example was quicker. It is answered otherwise by now." in anew
    with partner_scope(cast.northwind.pk):
        assert Decision.objects.get().choice == "apply"
