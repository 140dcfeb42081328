"""Joining by invitation: the link proves the address, and its button may be pressed twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from accounts.identity import person_of
from accounts.models import Invitation, Membership, User
from core.scope import partner_scope
from tests.accounts.mailbox import WORDS, Person, invite, wait_for_blocked
from tests.portal.cast import Cast

NINA = "nina@northwind.example"
FORM = {"name": "Nina", "password": WORDS, "repeated": WORDS}


@pytest.fixture
def link(cast: Cast) -> str:
    return invite(cast, "adam", cast.northwind, NINA, "support")


def test_token_proves_the_address(cast: Cast, link: str) -> None:
    Person(NINA).join(link)

    assert list(EmailAddress.objects.filter(email=NINA).values_list("verified", "primary")) == [(True, True)]
    assert person_of(NINA) == User.objects.get(email=NINA)


def test_address_that_waits_in_another_account_joins_as_a_new_person(cast: Cast, link: str) -> None:
    bob = Person("bob@northwind.example")
    bob.sign_in()
    bob.add_address(NINA)

    page = Client().get(link).content.decode()
    Person(NINA).join(link)

    assert "has an account already" not in page
    assert person_of(NINA) not in (None, cast.users["bob"])


def test_six_presses_at_once_are_one_member_and_no_error(transactional_db: None, cast: Cast, link: str) -> None:
    browsers = [Client() for _ in range(6)]

    def press(browser: Client) -> str:
        try:
            return str(browser.post(link, FORM).headers.get("Location"))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        with partner_scope(cast.northwind.pk):
            Invitation.objects.select_for_update(no_key=True).get()
            pressed = [pool.submit(press, browser) for browser in browsers]
            wait_for_blocked(6)
        answers = [each.result() for each in pressed]

    assert answers == ["/p/northwind/"] * 6
    assert [browser.get("/p/northwind/").status_code for browser in browsers] == [200] * 6
    with partner_scope(cast.northwind.pk):
        assert Membership.objects.filter(user__email=NINA).count() == 1


def test_second_press_in_the_same_browser_leads_on(cast: Cast, link: str) -> None:
    browser = Client()

    assert [browser.post(link, FORM)["Location"] for _ in range(2)] == ["/p/northwind/"] * 2


def test_second_press_on_accept_leads_on(cast: Cast) -> None:
    link = invite(cast, "adam", cast.northwind, "charlie@tailwind.example", "viewer")
    charlie = cast.client("charlie")

    assert [charlie.post(link)["Location"] for _ in range(2)] == ["/p/northwind/"] * 2


def test_used_link_is_over_for_everybody_else(cast: Cast, link: str) -> None:
    Person(NINA).join(link)

    assert Client().get(link).status_code == 404
    assert (
        cast.client("vera").post(link, FORM | {"password": "something else"})["Location"].startswith("/accounts/login/")
    )
    assert Client().post(link).status_code == 404


def test_used_link_does_not_go_round_the_second_factor(cast: Cast, link: str) -> None:
    Person(NINA).join(link)
    Authenticator.objects.create(user=person_of(NINA), type=Authenticator.Type.TOTP, data={"secret": ""})
    thief = Client()

    answer = thief.post(link, FORM)

    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert thief.get("/p/northwind/").status_code == 302


def test_used_link_takes_no_more_guesses_than_the_sign_in(cast: Cast, link: str) -> None:
    Person(NINA).join(link)
    for number in range(6):
        Client().post(link, FORM | {"password": f"guess {number}"})

    answer = Client().post(link, FORM)

    assert answer["Location"].startswith("/accounts/login/")
