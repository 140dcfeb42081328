"""Members, invitations, one's own profile."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, Membership, Role, User
from accounts.services import hash_token
from core.scope import partner_scope
from notifications.keys import PLACE_OF_KEY
from notifications.models import Message
from tests.accounts.mailbox import letters_to, link_in
from tests.portal.cast import PASSWORD, Cast, rows_of


def role_of(cast: Cast, name: str) -> str | None:
    with partner_scope(cast.northwind.pk):
        membership = Membership.objects.filter(user=cast.users[name]).first()
    return membership.role if membership else None


def member_path(cast: Cast, name: str, action: str) -> str:
    with partner_scope(cast.northwind.pk):
        return f"/p/northwind/users/{Membership.objects.get(user=cast.users[name]).pk}/{action}/"


def invite(cast: Cast, email: str, role: str) -> str:
    """Adam invites; returns the link of the e-mail."""
    cast.sure("adam").post("/p/northwind/users/invite/", {"email": email, "role": role})
    return link_of(email)


def link_of(email: str) -> str:
    """The link of the newest invitation that this address got."""
    return link_in(str(letters_to(email)[-1].body), "/invitations/")


def test_new_person_joins_by_invitation(cast: Cast) -> None:
    link = invite(cast, "nina@northwind.example", "support")
    client = Client()

    page = client.get(link).content.decode()
    response = client.post(link, {"name": "Nina", "password": PASSWORD, "repeated": PASSWORD}, follow=True)

    assert "as Support" in page
    assert response.redirect_chain[-1][0] == "/p/northwind/"
    with partner_scope(cast.northwind.pk):
        assert Membership.objects.get(user__email="nina@northwind.example").role == "support"


def test_person_with_an_account_accepts_after_signing_in(cast: Cast) -> None:
    link = invite(cast, "charlie@tailwind.example", "viewer")

    before = Client().get(link).content.decode()
    cast.client("charlie").post(link)

    assert "has an account already" in before
    assert role_of(cast, "charlie") == "viewer"


def test_address_that_no_mail_can_be_sent_to_is_not_invited(cast: Cast) -> None:
    data = {"email": "kim@\ufdfa\ufdfa\ufdfa\ufdfa.com", "role": "viewer"}

    page = cast.sure("adam").post("/p/northwind/users/invite/", data).content.decode()

    assert "No mail can be sent to this address." in page
    with partner_scope(cast.northwind.pk):
        assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a" * 65 + "@northwind.example", "more than 64 characters"),
        ("kim@" + "north." * 45 + "example", "254 characters at most"),
        ("kım@northwind.example", "No mail can be sent to this address."),
    ],
)
def test_address_that_no_mailbox_has_is_not_invited(cast: Cast, written: str, said: str) -> None:
    page = cast.sure("adam").post("/p/northwind/users/invite/", {"email": written, "role": "viewer"})

    assert said in page.content.decode()
    with partner_scope(cast.northwind.pk):
        assert not Invitation.objects.exists()


def test_address_that_was_pasted_from_a_web_page_joins_and_signs_in(cast: Cast) -> None:
    adam = cast.sure("adam")
    adam.post("/p/northwind/users/invite/", {"email": "nina\u200b@north\u200bwind.example", "role": "viewer"})
    with partner_scope(cast.northwind.pk):
        message = Message.objects.get(kind="invitation")
    Client().post(link_of("nina@northwind.example"), {"name": "Nina", "password": PASSWORD, "repeated": PASSWORD})

    signed_in = Client().post("/accounts/login/", {"login": "nina@northwind.example", "password": PASSWORD})

    assert message.to == ["nina@northwind.example"]
    assert signed_in.status_code == 302
    again = adam.post("/p/northwind/users/invite/", {"email": "Nina@northwind.example\u200b", "role": "viewer"})
    assert "is a member already" in again.content.decode()


def test_link_of_an_invitation_is_not_kept_once_it_has_left(cast: Cast) -> None:
    token = invite(cast, "nina@northwind.example", "support").split("/")[2]

    with partner_scope(cast.northwind.pk):
        kept = str(Message.objects.filter(kind="invitation").values().get())
    assert token in str(mail.outbox[0].body)
    assert token not in kept


def test_no_link_lets_in_before_its_mail_leaves(cast: Cast) -> None:
    cast.sure("adam").post("/p/northwind/users/invite/", {"email": "nina@northwind.example", "role": "viewer"})
    with partner_scope(cast.northwind.pk):
        waiting, before = Message.objects.get(kind="invitation"), Invitation.objects.get().token_hash
    link = link_of("nina@northwind.example")
    with partner_scope(cast.northwind.pk):
        after = Invitation.objects.get().token_hash

    assert f"/invitations/{PLACE_OF_KEY}/" in waiting.text
    assert Client().get(f"/invitations/{PLACE_OF_KEY}/").status_code == 404
    assert hash_token(link.split("/")[2]) == after != before


@pytest.mark.parametrize(
    ("where", "data"), [("password/reset/", {}), ("email/", {"action_add": ""})], ids=["forgotten", "changed"]
)
def test_address_that_no_mail_can_be_sent_to_is_refused_at_sign_in(
    cast: Cast, where: str, data: dict[str, str]
) -> None:
    client = Client() if where == "password/reset/" else cast.client("bob")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    response = client.post(f"/accounts/{where}", {"email": "kim@\ufdfa\ufdfa\ufdfa\ufdfa.com", **data})

    assert "No mail can be sent to this address." in response.content.decode()


def test_person_signed_in_with_another_account_is_led_to_the_invited_one(cast: Cast) -> None:
    link = invite(cast, "charlie@tailwind.example", "viewer")
    client = cast.client("vera")

    page = client.get(link).content.decode()
    found = re.search(r'name="next" value="([^"]+)"', page)
    assert found
    client.post("/accounts/logout/", {"next": found[1]}, follow=True)
    client.post(found[1], {"login": "charlie@tailwind.example", "password": PASSWORD})
    client.post(link)

    assert "You are signed in as vera@northwind.example." in page
    assert role_of(cast, "charlie") == "viewer"


def test_invitation_is_worthless_for_somebody_else(cast: Cast) -> None:
    link = invite(cast, "charlie@tailwind.example", "viewer")

    cast.client("olga").post(link)

    assert role_of(cast, "charlie") is None
    assert role_of(cast, "olga") is None
    cast.client("charlie").post(link)
    assert role_of(cast, "charlie") == "viewer"


def test_withdrawn_invitation_is_over(cast: Cast) -> None:
    link = invite(cast, "nina@northwind.example", "support")
    with partner_scope(cast.northwind.pk):
        invitation = Invitation.objects.get()

    cast.sure("adam").post(f"/p/northwind/users/invitations/{invitation.pk}/withdraw/")

    assert Client().get(link).status_code == 404


@pytest.mark.parametrize(("given", "days"), [({"days": "7"}, 7), ({"days": "30"}, 30), ({}, 14)])
def test_invitation_lasts_as_long_as_was_chosen(cast: Cast, given: dict[str, str], days: int) -> None:
    form = {"email": "nina@northwind.example", "role": "support", **given}

    page = cast.sure("adam").post("/p/northwind/users/invite/", form, follow=True).content.decode()

    with partner_scope(cast.northwind.pk):
        invitation = Invitation.objects.get()
    assert round((invitation.expires_at - invitation.created_at) / dt.timedelta(days=1)) == days
    assert f"good for {days} days" in page


def test_other_times_are_refused(cast: Cast) -> None:
    form = {"email": "nina@northwind.example", "role": "support", "days": "3650"}

    page = cast.sure("adam").post("/p/northwind/users/invite/", form).content.decode()

    assert "Select a valid choice" in page
    with partner_scope(cast.northwind.pk):
        assert not Invitation.objects.exists()


def test_invitation_that_is_over_is_sent_again_with_a_new_link(cast: Cast) -> None:
    with time_machine.travel(timezone.now() - dt.timedelta(days=20)):
        old_link = invite(cast, "nina@northwind.example", "support")
    adam = cast.sure("adam")
    assert "Over" in adam.get("/p/northwind/users/").content.decode()
    with partner_scope(cast.northwind.pk):
        invitation = Invitation.objects.get()
        Message.objects.all().delete()

    adam.post(f"/p/northwind/users/invitations/{invitation.pk}/resend/")

    with partner_scope(cast.northwind.pk):
        renewed = Invitation.objects.get()
    assert [Client().get(link).status_code for link in (old_link, link_of("nina@northwind.example"))] == [404, 200]
    assert round((renewed.expires_at - timezone.now()) / dt.timedelta(days=1)) == 14


def test_admin_does_not_change_what_an_owner_offered(cast: Cast) -> None:
    form = {"email": "nina@northwind.example", "role": "owner"}
    cast.sure("alice").post("/p/northwind/users/invite/", form)
    with partner_scope(cast.northwind.pk):
        invitation = Invitation.objects.get()

    adam = cast.sure("adam")

    for action in ("resend", "withdraw"):
        path = f"/p/northwind/users/invitations/{invitation.pk}/{action}/"
        assert adam.post(path).status_code == 403
        assert path not in adam.get("/p/northwind/users/").content.decode()
        assert path in cast.sure("alice").get("/p/northwind/users/").content.decode()
    refused = adam.post("/p/northwind/users/invite/", form | {"role": "viewer"})
    assert "Only an owner can change that." in refused.content.decode()
    with partner_scope(cast.northwind.pk):
        assert Invitation.objects.get().role == "owner"


@pytest.mark.parametrize(
    ("reader", "member", "offered"),
    [
        ("adam", "bob", True),
        ("adam", "alice", False),
        ("alice", "alice", False),
        ("alice", "adam", True),
        ("vera", "bob", False),
    ],
)
def test_nothing_is_offered_that_would_be_refused(cast: Cast, reader: str, member: str, offered: bool) -> None:
    page = cast.client(reader).get("/p/northwind/users/").content.decode()

    for action in ("role", "remove"):
        assert (member_path(cast, member, action) in page) == offered


def test_owner_may_leave_once_there_is_another(cast: Cast) -> None:
    alice = cast.sure("alice")
    alice.post(member_path(cast, "adam", "role"), {"role": Role.OWNER})

    assert member_path(cast, "alice", "remove") in alice.get("/p/northwind/users/").content.decode()


def test_admins_see_who_has_a_second_factor_and_when_they_signed_in(cast: Cast) -> None:
    bob = cast.users["bob"]
    Authenticator.objects.create(user=bob, type=Authenticator.Type.TOTP, data={})
    Authenticator.objects.create(user=cast.users["vera"], type=Authenticator.Type.RECOVERY_CODES, data={})
    User.objects.filter(pk=bob.pk).update(last_login=timezone.now())

    response = cast.sure("adam").get("/p/northwind/users/")

    factors = {row.user.email: row.has_second_factor for row in rows_of(cast, response)}
    assert [email for email, has_one in factors.items() if has_one] == ["bob@northwind.example"]
    page = response.content.decode()
    assert "Two-factor sign-in" in page
    assert "never" in page
    assert "Last sign-in" not in cast.client("bob").get("/p/northwind/users/").content.decode()


def test_weak_password_is_refused_and_the_name_is_kept(cast: Cast) -> None:
    link = invite(cast, "nina@northwind.example", "support")

    page = Client().post(link, {"name": "Nina", "password": "short", "repeated": "short"}).content.decode()

    assert "too short" in page
    assert 'value="Nina"' in page


def test_admin_changes_a_role(cast: Cast) -> None:
    cast.sure("adam").post(member_path(cast, "bob", "role"), {"role": Role.VIEWER})

    assert role_of(cast, "bob") == "viewer"


def test_admin_neither_makes_nor_unmakes_owners(cast: Cast) -> None:
    adam = cast.sure("adam")

    raised = adam.post(member_path(cast, "bob", "role"), {"role": Role.OWNER})
    lowered = adam.post(member_path(cast, "alice", "role"), {"role": Role.VIEWER})
    removed = adam.post(member_path(cast, "alice", "remove"))

    assert [raised.status_code, lowered.status_code, removed.status_code] == [403, 403, 403]
    assert [role_of(cast, "bob"), role_of(cast, "alice")] == ["support", "owner"]


def test_admin_cannot_invite_an_owner(cast: Cast) -> None:
    form = {"email": "x@example.com", "role": "owner"}
    cast.sure("adam").post("/p/northwind/users/invite/", form)

    with partner_scope(cast.northwind.pk):
        assert not Invitation.objects.exists()
    cast.sure("alice").post("/p/northwind/users/invite/", form)
    with partner_scope(cast.northwind.pk):
        assert Invitation.objects.count() == 1


def test_last_owner_stays(cast: Cast) -> None:
    response = cast.sure("alice").post(member_path(cast, "alice", "remove"), follow=True)

    assert "A partner needs an owner" in response.content.decode()
    assert role_of(cast, "alice") == "owner"


def test_removed_member_loses_access_at_once(cast: Cast) -> None:
    bob = cast.client("bob")
    assert bob.get("/p/northwind/").status_code == 200

    cast.sure("adam").post(member_path(cast, "bob", "remove"))

    assert bob.get("/p/northwind/").status_code == 404


def test_profile_is_saved_and_its_zone_is_used(cast: Cast) -> None:
    cast.client("vera").post("/profile/", {"name": "Vera", "time_zone": "Asia/Tokyo"})

    cast.users["vera"].refresh_from_db()
    assert (cast.users["vera"].name, cast.users["vera"].time_zone) == ("Vera", "Asia/Tokyo")


def test_other_sessions_are_listed_and_signed_out(cast: Cast) -> None:
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"
    here, lost_laptop = Client(headers={"User-Agent": firefox}), Client(headers={"User-Agent": "Lost laptop"})
    for client in (here, lost_laptop):
        client.post("/accounts/login/", {"login": "bob@northwind.example", "password": PASSWORD})
    page = here.get("/accounts/sessions/")
    assert ("Lost laptop" in page.content.decode(), page.context["session_count"]) == (True, 2)
    assert "Firefox on Windows" in page.content.decode()

    here.post("/accounts/reauthenticate/", {"password": PASSWORD})
    here.post("/accounts/sessions/")

    assert here.get("/p/northwind/").status_code == 200
    assert lost_laptop.get("/p/northwind/").status_code == 302
    assert "signed in nowhere else" in here.get("/accounts/sessions/").content.decode()
