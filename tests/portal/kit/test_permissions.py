"""Signing in, partners, and who reaches what."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Role
from accounts.services import create_user, ensure_member
from core.audit import COMMAND
from core.scope import current_partner_id, partner_scope
from tests.portal.cast import PASSWORD, Cast, Shop


def test_home_leads_to_the_partner_of_the_reader(cast: Cast) -> None:
    response = cast.client("vera").get("/")

    assert (response.status_code, response["Location"]) == (302, "/p/northwind/")


def test_home_leads_an_operator_to_the_operators_page(cast: Cast) -> None:
    assert cast.client("olga").get("/")["Location"] == "/operator/"


def test_home_says_what_to_do_without_a_partner(db: None) -> None:
    client = Client()
    client.force_login(create_user(email="new@example.com", password=PASSWORD))

    assert "Ask an admin of your company for an invitation" in client.get("/").content.decode()


def test_sign_in_by_password_leads_to_the_dashboard(cast: Cast) -> None:
    client = Client()

    client.post("/accounts/login/", {"login": "vera@northwind.example", "password": PASSWORD})

    assert client.get("/", follow=True).redirect_chain == [("/p/northwind/", 302)]


def test_sign_up_is_closed(db: None) -> None:
    response = Client().post(
        "/accounts/signup/", {"email": "a@example.com", "password1": PASSWORD, "password2": PASSWORD}, follow=True
    )

    assert "People join by invitation" in response.content.decode().replace("Sign Up Closed", "Sign up closed")


def test_two_factor_can_be_activated_because_the_address_is_proven(cast: Cast) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": "vera@northwind.example", "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    response = client.get("/accounts/2fa/totp/activate/")

    assert "data:image/svg" in response.content.decode()


def test_switcher_lists_all_partners_of_the_reader(cast: Cast) -> None:
    with partner_scope(cast.tailwind.pk):
        ensure_member(user=cast.users["vera"], role=Role.VIEWER, actor=COMMAND)

    page = cast.client("vera").get("/p/northwind/").content.decode()

    assert 'href="/p/tailwind/"' in page
    assert cast.client("vera").get("/p/tailwind/").status_code == 200


def test_scope_is_closed_after_a_page(cast: Cast, shop: Shop) -> None:
    cast.client("vera").get("/p/northwind/inbox/")

    assert current_partner_id() is None


def test_fragment_for_nobody_sends_the_whole_browser_to_sign_in(cast: Cast) -> None:
    response = Client().get("/p/northwind/running/", headers={"hx-request": "true"})

    assert response["HX-Redirect"] == "/accounts/login/"


def test_forbidden_page_names_the_role_that_is_needed(cast: Cast) -> None:
    response = cast.client("vera").get("/p/northwind/users/invite/")

    assert "This needs the role Admin at Northwind IT; yours is Viewer." in response.content.decode()


@pytest.mark.parametrize("name", ["alice", "vera"])
def test_buttons_are_shown_to_those_who_may_press_them(cast: Cast, shop: Shop, name: str) -> None:
    page = cast.client(name).get(f"/p/northwind/programs/{shop.program.pk}/").content.decode()

    assert ("Sync now" in page) == (name == "alice")


def test_pages_forbid_inline_scripts_and_styles(cast: Cast) -> None:
    policy = cast.client("vera").get("/p/northwind/")["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


def test_missing_page_says_so_in_our_words(cast: Cast) -> None:
    response = cast.client("vera").get("/p/nowhere/")

    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_broken_page_shows_a_reference(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = cast.client("vera", raise_request_exception=False)
    monkeypatch.setattr("portal.dashboard.views.read_dashboard", None)

    response = client.get("/p/northwind/")

    assert response.status_code == 500
    assert "tell the operator this reference" in response.content.decode()


def test_form_without_its_token_is_refused_with_a_page_of_ours(cast: Cast) -> None:
    response = cast.client("vera", enforce_csrf_checks=True).post("/profile/", {"name": "V"})

    assert response.status_code == 403
    assert "Nothing was saved" in response.content.decode()
    assert "Billing Sync" in response.content.decode()


def test_refusal_says_whom_to_ask_where_somebody_can_be_asked(cast: Cast) -> None:
    too_low = cast.client("vera").get("/p/northwind/users/invite/").content.decode()
    not_theirs = cast.client("alice").get("/operator/").content.decode()

    assert "An owner or admin of your company can change your role." in too_low
    assert "This page is for those who run the service." in not_theirs
    assert "owner" not in not_theirs
