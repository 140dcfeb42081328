"""A button that is pressed after the session ended: nothing is done, the page comes back, what was typed too."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.test import Client

from accounts.models import Partner
from core.scope import partner_scope
from customers.models import Mapping
from tests.portal.billing.test_billing import answer, dialog
from tests.portal.cast import BACKEND, PASSWORD, Cast, Shop
from tests.portal.drawing import DRAWN
from tests.portal.test_two_at_once import COMPANY, drawn

HOST = "http://testserver"


def signed_out(client: Client) -> None:
    """In another window, or because the session was too old."""
    del client.cookies["sessionid"]


def back_to(client: Client, cast: Cast, name: str, location: str) -> str:
    """Sign in on the page that a press led to; the page that follows."""
    page = client.post(location, {"login": f"{name}@northwind.example", "password": PASSWORD}, follow=True)
    return page.content.decode()


def test_button_leads_back_to_its_page_which_says_that_nothing_was_done(cast: Cast, shop: Shop) -> None:
    page = f"/p/northwind/programs/{shop.program.pk}/billing/?tab=all"
    client = cast.client("bob")
    signed_out(client)

    path = f"/p/northwind/programs/{shop.program.pk}/mappings/{shop.mapping.pk}/sync/"
    location = client.post(path, headers={"referer": HOST + page})["Location"]

    assert parse_qs(urlsplit(location).query)["next"] == [page]
    shown = back_to(client, cast, "bob", location)
    assert "You were signed out meanwhile: nothing was done." in shown
    assert "nothing was done." not in client.get(page).content.decode()
    with partner_scope(cast.northwind.pk):
        assert Mapping.objects.get(pk=shop.mapping.pk).sync_on


def test_button_over_a_list_leads_the_whole_page_to_the_sign_in(cast: Cast, shop: Shop) -> None:
    page = f"/p/northwind/programs/{shop.program.pk}/billing/"
    htmx = {"hx-request": "true", "hx-current-url": HOST + page}

    response = Client().post(f"{page}refresh/", headers=htmx)

    assert parse_qs(urlsplit(response["HX-Redirect"]).query)["next"] == [page]


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/p/northwind/", "javascript:alert(1)"])
def test_button_of_nowhere_leads_to_the_start(cast: Cast, shop: Shop, referer: str) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/mappings/{shop.mapping.pk}/sync/"

    location = Client().post(path, headers={"referer": referer})["Location"]

    assert parse_qs(urlsplit(location).query)["next"] == ["/"]


def test_what_was_typed_is_filled_in_again(cast: Cast) -> None:
    alice = cast.client("alice")
    form = {**COMPANY, "name": "Northwind Ltd", "drawn": drawn(alice, "/p/northwind/settings/")}
    signed_out(alice)

    page = back_to(alice, cast, "alice", alice.post("/p/northwind/settings/", form)["Location"])

    assert "nothing was saved. What you had entered is filled in again." in page
    assert 'value="Northwind Ltd"' in page
    assert 'value="Northwind IT"' in alice.get("/p/northwind/settings/").content.decode()
    with partner_scope(cast.northwind.pk):
        assert Partner.objects.get().name == "Northwind IT"


def test_what_was_typed_before_is_refused_where_somebody_was_quicker(cast: Cast) -> None:
    alice = cast.client("alice")
    form = {**COMPANY, "name": "Northwind Ltd", "drawn": drawn(alice, "/p/northwind/settings/")}
    signed_out(alice)
    location = alice.post("/p/northwind/settings/", form)["Location"]
    cast.client("adam").post("/p/northwind/settings/", {**COMPANY, "currency": "EUR"})
    page = back_to(alice, cast, "alice", location)

    response = alice.post("/p/northwind/settings/", {**form, "drawn": DRAWN.findall(page)[0]})

    assert response.status_code == 409


def test_choice_in_the_mapping_dialog_is_filled_in_again(cast: Cast, shop: Shop) -> None:
    path = dialog(shop, "seat_monthly")
    bob = cast.client("bob")
    form = {**answer(shop, sync_on=""), "drawn": drawn(bob, path)}
    signed_out(bob)
    listed = {"hx-request": "true", "hx-current-url": f"{HOST}/p/northwind/programs/{shop.program.pk}/billing/"}

    page = back_to(bob, cast, "bob", bob.post(path, form, headers=listed)["HX-Redirect"])

    assert '<option value="cost_only" selected>' in page
    assert 'name="sync_on" >' in page


def test_no_secret_is_kept(cast: Cast, shop: Shop) -> None:
    path = "/p/northwind/connections/syncro/"
    alice = cast.sure("alice")
    form = {"subdomain": "northwind-two", "api_token": "T0-sample-secret", "drawn": drawn(alice, path)}
    signed_out(alice)
    location = alice.post(path, form)["Location"]
    kept = alice.cookies["undone"].value

    page = back_to(alice, cast, "alice", location)

    assert "T0-sample-secret" not in page
    assert len(kept) > 0
    assert "T0-sample" not in str(signing.loads(kept, salt="undone"))


def test_what_somebody_typed_is_not_shown_to_the_next_person(cast: Cast) -> None:
    alice = cast.client("alice")
    form = {**COMPANY, "name": "Northwind Ltd", "drawn": drawn(alice, "/p/northwind/settings/")}
    signed_out(alice)

    page = back_to(alice, cast, "adam", alice.post("/p/northwind/settings/", form)["Location"])

    assert "Northwind Ltd" not in page


def test_form_from_before_a_sign_in_elsewhere_says_that_nothing_was_done(cast: Cast) -> None:
    alice = cast.client("alice", enforce_csrf_checks=True)
    form = {**COMPANY, "name": "Northwind Ltd", "drawn": drawn(alice, "/p/northwind/settings/")}
    alice.force_login(cast.users["alice"], backend=BACKEND)

    response = alice.post("/p/northwind/settings/", {**form, "csrfmiddlewaretoken": "0" * 64})

    page = response.content.decode()
    assert response.status_code == 403
    assert 'href="/p/northwind/settings/"' in page
    assert 'value="Northwind Ltd"' in alice.get("/p/northwind/settings/").content.decode()
