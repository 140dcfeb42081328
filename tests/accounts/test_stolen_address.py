"""Somebody takes a stranger's address for a name, and waits until it is invited elsewhere.

Mallory was invited to Northwind. Victor's address is not hers, but the owner of Tailwind is about to invite it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.core.management import call_command
from django.test import Client

from tests.accounts.mailbox import Person, invite, letters_to, link_in, set_forgotten_password
from tests.portal.cast import Cast

VICTORS = "victor@tailwind.example"
MALLORYS = "mallory@attack.example"
PENDING = "another.mailbox@attack.example"
HER_WORDS = "words that only mallory knows"


@dataclass
class Attack:
    """What Mallory has prepared: her account, and the link that was sent to an address left pending."""

    cast: Cast
    mallory: Person
    confirm_link: str

    def invite_victor(self) -> Person:
        """The owner of Tailwind invites Victor as admin, and Victor does as the pages say."""
        victor = Person(VICTORS, "words that only victor knows")
        victor.enter(invite(self.cast, "charlie", self.cast.tailwind, VICTORS, "admin"))
        assert victor.browser.get("/p/tailwind/").status_code == 200
        return victor

    def reach_in(self) -> list[int]:
        """What Tailwind and the operator's page answer to everything that Mallory can sign in with."""
        answers = [self.mallory.browser.get("/p/tailwind/").status_code]
        for address in (MALLORYS, PENDING, VICTORS):
            self.mallory.sign_in(address)
            answers += [self.mallory.browser.get(path).status_code for path in ("/p/tailwind/", "/operator/")]
        return answers


@pytest.fixture
def attack(cast: Cast) -> Attack:
    mallory = Person(MALLORYS, HER_WORDS)
    mallory.join(invite(cast, "adam", cast.northwind, MALLORYS, "viewer"))
    assert mallory.browser.get("/p/northwind/").status_code == 200
    mallory.add_address(VICTORS)
    mallory.make_primary(VICTORS)
    if mallory.sign_in(VICTORS).status_code != 302:
        assert mallory.sign_in().status_code == 302
    mallory.add_address(PENDING)
    link = link_in(str(letters_to(PENDING)[-1].body), "/accounts/confirm-email/")
    assert link
    return Attack(cast, mallory, link)


def test_pending_address_opens_nobodys_account(attack: Attack) -> None:
    attack.invite_victor()

    set_forgotten_password(PENDING, HER_WORDS)

    assert 200 not in attack.reach_in()


def test_link_kept_from_before_confirms_nothing_in_somebody_elses_account(attack: Attack) -> None:
    attack.invite_victor()

    browser = Client()
    browser.get(attack.confirm_link)
    browser.post(attack.confirm_link)
    set_forgotten_password(PENDING, HER_WORDS)

    assert 200 not in attack.reach_in()


def test_operator_is_never_the_account_that_took_the_address(attack: Attack) -> None:
    call_command("operator", VICTORS)

    assert 200 not in attack.reach_in()


def test_victor_is_who_he_says(attack: Attack) -> None:
    victor = attack.invite_victor()

    page = victor.browser.get("/profile/").content.decode()

    assert VICTORS in page
    assert MALLORYS not in page
    assert victor.browser.get("/p/northwind/").status_code == 404
