"""The address that a person signs in with, and another one that waits for its proof."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.test import Client

from accounts.identity import person_of
from accounts.models import User
from accounts.services import create_user, update_user
from tests.accounts.mailbox import (
    WORDS,
    Person,
    invite,
    letters_to,
    link_in,
    set_forgotten_password,
    wait_for_blocked,
)
from tests.portal.cast import Cast
from tests.portal.drawing import DRAWN

OLD = "bob@northwind.example"
NEW = "bob@elsewhere.example"


@pytest.fixture
def bob(cast: Cast) -> Person:
    """Bob, signed in, has asked to sign in with another address."""
    bob = Person(OLD)
    bob.sign_in()
    bob.add_address(NEW)
    return bob


def confirm_link() -> str:
    return link_in(str(letters_to(NEW)[-1].body), "/accounts/confirm-email/")


def in_thread(act: Callable[[], Any]) -> int:
    """The status of what is answered, with a connection of its own."""
    try:
        status: int = act().status_code
        return status
    finally:
        connection.close()


def addresses_of(user: User) -> list[tuple[str, bool]]:
    return list(EmailAddress.objects.filter(user=user).order_by("-verified").values_list("email", "verified"))


def test_pending_address_does_not_sign_in(bob: Person) -> None:
    page = Person(NEW).sign_in()

    assert page.status_code == 200
    assert "not correct" in page.content.decode()


def test_forgotten_password_of_a_pending_address_is_nobodys(bob: Person) -> None:
    assert set_forgotten_password(NEW, WORDS) is False

    assert letters_to(NEW)[-1].subject == "There is no account for this address at Billing Sync"


def test_pending_address_dies_with_a_changed_password(cast: Cast, bob: Person) -> None:
    new = f"{WORDS} again"

    bob.browser.post("/accounts/password/change/", {"oldpassword": WORDS, "password1": new, "password2": new})

    assert cast.users["bob"].__class__.objects.get(email=OLD).check_password(new)
    assert addresses_of(cast.users["bob"]) == [(OLD, True)]


def test_pending_address_dies_with_a_forgotten_password(cast: Cast, bob: Person) -> None:
    link = confirm_link()

    assert set_forgotten_password(OLD, f"{WORDS} again") is True

    bob.password = f"{WORDS} again"
    bob.sign_in()
    bob.browser.post(link)
    assert addresses_of(cast.users["bob"]) == [(OLD, True)]


def test_pending_address_dies_with_a_password_from_a_file(cast: Cast, bob: Person) -> None:
    update_user(User.objects.get(email=OLD), password=f"{WORDS} again")

    assert addresses_of(cast.users["bob"]) == [(OLD, True)]


def test_pending_address_survives_what_is_no_new_password(cast: Cast, bob: Person, settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]

    assert bob.sign_in().status_code == 302

    assert User.objects.get(email=OLD).password.startswith("pbkdf2")
    assert addresses_of(cast.users["bob"]) == [(OLD, True), (NEW, False)]


@pytest.mark.parametrize("way", ["changed", "forgotten"])
def test_new_password_ends_every_other_session(cast: Cast, way: str) -> None:
    here, lost_laptop = Person(OLD), Person(OLD)
    here.sign_in()
    lost_laptop.sign_in()
    assert lost_laptop.browser.get("/p/northwind/").status_code == 200
    new = f"{WORDS} again"

    if way == "forgotten":
        set_forgotten_password(OLD, new)
    else:
        here.browser.post("/accounts/password/change/", {"oldpassword": WORDS, "password1": new, "password2": new})

    assert [each.browser.get("/p/northwind/").status_code for each in (here, lost_laptop)] == [302, 302]


def test_new_member_keeps_the_address_that_was_invited(cast: Cast) -> None:
    for name in ("nina", "noah"):
        person = Person(f"{name}@northwind.example")
        person.join(invite(cast, "adam", cast.northwind, person.address, "viewer"))

        answer = person.add_address(f"{name}@elsewhere.example")

        assert answer.status_code == 302
        user = person_of(person.address)
        assert user is not None
        assert user.email == person.address
        assert addresses_of(user) == [(person.address, True), (f"{name}@elsewhere.example", False)]
        assert person.sign_in().status_code == 302


def test_no_press_makes_an_address_count(cast: Cast, bob: Person) -> None:
    assert bob.make_primary(NEW).status_code == 403

    cast.users["bob"].refresh_from_db()
    assert cast.users["bob"].email == OLD
    assert person_of(NEW) is None


def test_link_asks_who_follows_it(cast: Cast, bob: Person) -> None:
    link = confirm_link()

    stranger = Client()
    answers = [stranger.get(link), stranger.post(link, headers={"referer": f"http://testserver{link}"})]

    assert [answer["Location"] for answer in answers] == [f"/accounts/login/?next={quote(link)}"] * 2
    assert person_of(NEW) is None


def test_link_is_worthless_for_somebody_else_who_stays_signed_in(cast: Cast, bob: Person) -> None:
    link = confirm_link()
    charlie = Person("charlie@tailwind.example")
    charlie.sign_in()

    page = charlie.browser.get(link).content.decode()
    charlie.browser.post(link)

    assert "This link does not work" in page
    assert OLD not in page
    assert charlie.browser.get("/p/tailwind/").status_code == 200
    assert person_of(NEW) is None


def test_followed_link_changes_the_address(cast: Cast, bob: Person) -> None:
    link = confirm_link()

    pressed = [bob.browser.post(link).status_code for _ in range(2)]

    assert pressed == [302, 302]
    assert person_of(NEW) == cast.users["bob"]
    assert person_of(OLD) is None
    assert addresses_of(cast.users["bob"]) == [(NEW, True)]
    assert letters_to(OLD)[-1].subject == "Your address was changed - Billing Sync"
    assert Person(NEW).sign_in().status_code == 302


def test_address_that_somebody_proved_meanwhile_stays_theirs(cast: Cast, bob: Person) -> None:
    link = confirm_link()
    owner = create_user(email=NEW)

    page = bob.browser.get(link).content.decode()
    bob.browser.post(link)

    assert "This address is taken" in page
    assert person_of(NEW) == owner
    assert person_of(OLD) == cast.users["bob"]


def test_address_that_somebody_proves_at_the_same_moment_is_one_persons(transactional_db: None, cast: Cast) -> None:
    bob = Person(OLD)
    bob.sign_in()
    bob.add_address(NEW)
    link = confirm_link()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            owner = create_user(email=NEW)
            followed = pool.submit(in_thread, lambda: bob.browser.post(link))
            wait_for_blocked(1)
        assert followed.result() == 302

    assert person_of(NEW) == owner
    assert person_of(OLD) == cast.users["bob"]


def test_link_followed_while_the_password_changes_proves_nothing(transactional_db: None, cast: Cast) -> None:
    bob = Person(OLD)
    bob.sign_in()
    bob.add_address(NEW)
    link = confirm_link()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            update_user(User.objects.get(email=OLD), password=f"{WORDS} again")
            followed = pool.submit(in_thread, lambda: bob.browser.post(link))
            wait_for_blocked(1)
        assert followed.result() == 302

    assert person_of(NEW) is None
    assert addresses_of(cast.users["bob"]) == [(OLD, True)]


def test_password_that_changes_while_the_link_is_followed_leaves_one_address(
    transactional_db: None, cast: Cast
) -> None:
    bob = Person(OLD)
    bob.sign_in()
    bob.add_address(NEW)
    link, new = confirm_link(), f"{WORDS} again"
    change = {"oldpassword": WORDS, "password1": new, "password2": new}

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            bob.browser.post(link)
            other = Client(headers={"Cookie": f"sessionid={bob.browser.cookies['sessionid'].value}"})
            changed = pool.submit(in_thread, lambda: other.post("/accounts/password/change/", change))
            wait_for_blocked(1)
        assert changed.result() == 302

    person = person_of(NEW)
    assert person == cast.users["bob"]
    assert (person.email, person.check_password(new)) == (NEW, True)


def test_profile_that_is_saved_meanwhile_changes_nothing_else(transactional_db: None, cast: Cast) -> None:
    bob = Person(OLD)
    bob.sign_in()
    drawn = DRAWN.findall(bob.browser.get("/profile/").content.decode())[0]
    form = {"name": "Bob", "time_zone": "", "drawn": drawn}

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            User.objects.filter(email=OLD).update(is_operator=True)
            saved = pool.submit(in_thread, lambda: bob.browser.post("/profile/", form))
            wait_for_blocked(1)
        assert saved.result() == 302

    person = User.objects.get(email=OLD)
    assert (person.name, person.is_operator) == ("Bob", True)


def test_second_press_wishes_the_same(cast: Cast, bob: Person) -> None:
    link = confirm_link()

    assert bob.add_address(NEW).status_code == 302

    assert len(letters_to(NEW)) == 1
    bob.browser.post(link)
    assert addresses_of(cast.users["bob"]) == [(NEW, True)]


def test_two_presses_at_once_wish_the_same(transactional_db: None, cast: Cast) -> None:
    bob = Person(OLD)
    bob.sign_in()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            EmailAddress.objects.create(user=cast.users["bob"], email=NEW)
            pressed = pool.submit(in_thread, lambda: bob.add_address(NEW))
            wait_for_blocked(1)
        assert pressed.result() == 302

    assert addresses_of(cast.users["bob"]) == [(OLD, True), (NEW, False)]


def test_address_of_somebody_else_is_answered_like_any_other(cast: Cast) -> None:
    bob = Person(OLD)
    bob.sign_in()

    answers = [bob.add_address(address).status_code for address in ("vera@northwind.example", "nobody@example.com")]

    assert answers == [302, 302]
    assert person_of("vera@northwind.example") == cast.users["vera"]


@pytest.mark.parametrize(
    "written",
    [
        "BOB@Northwind.example",
        "bob@northwind.example\u200b",
        "bob\u200b@north\u00adwind.example",
        "bob@ｎorthwind.example",
    ],
)
def test_however_the_address_is_typed_it_signs_in_and_is_written_to(cast: Cast, written: str) -> None:
    assert Person(written).sign_in().status_code == 302
    Client().post("/accounts/password/reset/", {"email": written})
    assert link_in(str(letters_to(OLD)[-1].body), "/accounts/password/reset/key/")


def test_spellings_of_one_address_share_one_limit(cast: Cast) -> None:
    for number in range(5):
        Person("bob@north" + "\u200b" * number + "wind.example", "wrong").sign_in()

    page = Person(OLD).sign_in()

    assert "Too many failed login attempts" in page.content.decode()


@pytest.mark.parametrize(
    ("path", "age"),
    [("/accounts/password/reset/key/1-none-none/", "an hour"), ("/accounts/confirm-email/none/", "a day")],
)
def test_page_of_a_link_that_is_over_says_how_long_links_work(cast: Cast, path: str, age: str) -> None:
    page = cast.client("alice").get(path, follow=True).content.decode()

    assert f"is older than {age}" in page
