"""Sessions: they end by themselves, an owner ends those of others, and what is sensitive asks again who it is."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, Membership
from core.models import AuditEntry
from core.scope import partner_scope
from tests.portal.cast import PASSWORD, Cast
from tests.portal.drawing import DrawingClient

HOME = "/p/northwind/"
AGAIN = "/accounts/reauthenticate/"


@pytest.fixture
def adam(cast: Cast) -> Client:
    """Signed in with his password, some time ago."""
    return sign_in(cast, "adam")


def sign_in(cast: Cast, name: str) -> Client:
    browser = DrawingClient()
    browser.post("/accounts/login/", {"login": cast.users[name].email, "password": PASSWORD})
    return browser


def confirm(browser: Client) -> None:
    browser.post(AGAIN, {"password": PASSWORD})


def member(cast: Cast, name: str) -> Membership:
    with partner_scope(cast.northwind.pk):
        return Membership.objects.get(user=cast.users[name])


def seconds_later(seconds: float) -> Any:
    return time_machine.travel(timezone.now().timestamp() + seconds, tick=True)


def test_session_ends_after_so_long_without_a_request(adam: Client, settings: Any) -> None:
    with seconds_later(settings.SESSION_IDLE_SECONDS - 10):
        assert adam.get(HOME).status_code == 200
    with seconds_later(2 * settings.SESSION_IDLE_SECONDS - 20):
        assert adam.get(HOME).status_code == 200
    with seconds_later(4 * settings.SESSION_IDLE_SECONDS):
        assert adam.get(HOME)["Location"].startswith("/accounts/login/")


def test_page_that_asks_by_itself_keeps_no_session_alive(adam: Client, settings: Any) -> None:
    with seconds_later(settings.SESSION_IDLE_SECONDS - 10):
        assert adam.get(HOME, headers={"X-Asks-By-Itself": "1"}).status_code == 200
    with seconds_later(settings.SESSION_IDLE_SECONDS + 10):
        assert adam.get(HOME).status_code == 302


def test_session_ends_after_so_long_however_much_it_is_used(adam: Client, settings: Any) -> None:
    step = settings.SESSION_IDLE_SECONDS - 10
    answers = []
    for passed in range(step, settings.SESSION_LONGEST_SECONDS + step, step):
        with seconds_later(passed):
            answers.append(adam.get(HOME).status_code)

    assert set(answers[:-2]) == {200}
    assert answers[-1] == 302


def test_sign_out_takes_notices_along(cast: Cast, adam: Client) -> None:
    confirm(adam)
    adam.post(f"{HOME}users/{member(cast, 'vera').pk}/role/", {"role": "support"})  # its notice is not shown yet

    adam.post("/accounts/logout/")

    page = adam.get("/accounts/login/").content.decode()
    assert "vera@northwind.example" not in page


SENSITIVE = {
    "role": ("users/{vera}/role/", {"role": "support"}),
    "remove": ("users/{vera}/remove/", {}),
    "admin": ("users/invite/", {"email": "nina@northwind.example", "role": "admin"}),
}


@pytest.mark.parametrize("deed", SENSITIVE)
def test_sensitive_deed_asks_again_who_it_is(cast: Cast, adam: Client, deed: str) -> None:
    path, values = SENSITIVE[deed]
    path = HOME + path.format(vera=member(cast, "vera").pk)

    asked = adam.post(path, values)
    before = done(cast)
    confirm(adam)
    adam.post(path, values)

    assert asked["Location"].startswith(AGAIN)
    assert (before, done(cast)) == (0, 1)


def done(cast: Cast) -> int:
    with partner_scope(cast.northwind.pk):
        changed = Membership.objects.get_queryset().filter(user=cast.users["vera"], role="viewer").count() == 0
        return int(changed) + Invitation.objects.count()


def test_new_address_and_end_of_sessions_ask_again(cast: Cast, adam: Client) -> None:
    wish = adam.post("/accounts/email/", {"action_add": "", "email": "adam@elsewhere.example"})
    ended = adam.post("/accounts/sessions/")

    assert wish["Location"].startswith(AGAIN)
    assert ended["Location"].startswith(AGAIN)
    assert not cast.users["adam"].emailaddress_set.filter(verified=False).exists()


def test_invited_viewer_needs_no_second_proof(adam: Client) -> None:
    response = adam.post(f"{HOME}users/invite/", {"email": "nina@northwind.example", "role": "viewer"})

    assert response["Location"] == f"{HOME}users/"


def test_proof_renews_the_session_id(adam: Client) -> None:
    stolen = adam.cookies["sessionid"].value
    confirm(adam)
    thief = Client(headers={"Cookie": f"sessionid={stolen}"})

    assert adam.cookies["sessionid"].value != stolen
    assert adam.get(HOME).status_code == 200
    assert thief.get(HOME).status_code == 302
    assert "signed in nowhere else" in adam.get("/accounts/sessions/").content.decode()


def test_owner_ends_another_members_sessions(cast: Cast, adam: Client) -> None:
    alice = sign_in(cast, "alice")
    path = f"{HOME}users/{member(cast, 'adam').pk}/sign-out/"
    asked = alice.post(path)
    still = adam.get(HOME).status_code
    confirm(alice)
    alice.post(path)

    assert asked["Location"].startswith(AGAIN)
    assert (still, adam.get(HOME).status_code) == (200, 302)
    with partner_scope(cast.northwind.pk):
        entry = AuditEntry.objects.get(action="member.sessions_ended")
    assert entry.text == "adam@northwind.example signed out everywhere (1)"


def test_who_joins_by_invitation_has_a_session_that_can_be_ended(cast: Cast) -> None:
    from tests.portal.users.test_users import invite

    nina = Client()
    joined = nina.post(
        invite(cast, "nina@northwind.example", "support"), {"name": "Nina", "password": PASSWORD, "repeated": PASSWORD}
    )
    alice = sign_in(cast, "alice")
    confirm(alice)
    with partner_scope(cast.northwind.pk):
        theirs = Membership.objects.get(user__email="nina@northwind.example").pk
    before = nina.get(HOME).status_code
    alice.post(f"{HOME}users/{theirs}/sign-out/")

    assert joined["Location"] == HOME
    assert (before, nina.get(HOME).status_code) == (200, 302)
