"""Members, invitations, one's own profile."""

from __future__ import annotations

import re

from django.test import Client

from accounts.models import Invitation, Membership, Role
from core.scope import partner_scope
from notifications.models import Message
from tests.portal.cast import PASSWORD, Cast


def role_of(cast: Cast, name: str) -> str | None:
    with partner_scope(cast.northwind.pk):
        membership = Membership.objects.filter(user=cast.users[name]).first()
    return membership.role if membership else None


def member_path(cast: Cast, name: str, action: str) -> str:
    with partner_scope(cast.northwind.pk):
        return f"/p/northwind/users/{Membership.objects.get(user=cast.users[name]).pk}/{action}/"


def invite(cast: Cast, email: str, role: str) -> str:
    """Adam invites; returns the link of the e-mail."""
    cast.client("adam").post("/p/northwind/users/invite/", {"email": email, "role": role})
    with partner_scope(cast.northwind.pk):
        text = Message.objects.get(kind="invitation").text
    found = re.search(r"/invitations/\S+/", text)
    assert found
    return found.group()


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


def test_invitation_is_worthless_for_somebody_else(cast: Cast) -> None:
    link = invite(cast, "charlie@tailwind.example", "viewer")

    cast.client("olga").post(link)

    assert role_of(cast, "charlie") is None
    assert role_of(cast, "olga") is None


def test_withdrawn_invitation_is_over(cast: Cast) -> None:
    link = invite(cast, "nina@northwind.example", "support")
    with partner_scope(cast.northwind.pk):
        invitation = Invitation.objects.get()

    cast.client("adam").post(f"/p/northwind/users/invitations/{invitation.pk}/withdraw/")

    assert Client().get(link).status_code == 404


def test_weak_password_is_refused_and_the_name_is_kept(cast: Cast) -> None:
    link = invite(cast, "nina@northwind.example", "support")

    page = Client().post(link, {"name": "Nina", "password": "short", "repeated": "short"}).content.decode()

    assert "too short" in page
    assert 'value="Nina"' in page


def test_admin_changes_a_role(cast: Cast) -> None:
    cast.client("adam").post(member_path(cast, "bob", "role"), {"role": Role.VIEWER})

    assert role_of(cast, "bob") == "viewer"


def test_admin_neither_makes_nor_unmakes_owners(cast: Cast) -> None:
    adam = cast.client("adam")

    raised = adam.post(member_path(cast, "bob", "role"), {"role": Role.OWNER})
    lowered = adam.post(member_path(cast, "alice", "role"), {"role": Role.VIEWER})
    removed = adam.post(member_path(cast, "alice", "remove"))

    assert [raised.status_code, lowered.status_code, removed.status_code] == [403, 403, 403]
    assert [role_of(cast, "bob"), role_of(cast, "alice")] == ["support", "owner"]


def test_admin_cannot_invite_an_owner(cast: Cast) -> None:
    cast.client("adam").post("/p/northwind/users/invite/", {"email": "x@example.com", "role": "owner"})

    with partner_scope(cast.northwind.pk):
        assert not Invitation.objects.exists()


def test_last_owner_stays(cast: Cast) -> None:
    response = cast.client("alice").post(member_path(cast, "alice", "remove"), follow=True)

    assert "A partner needs an owner" in response.content.decode()
    assert role_of(cast, "alice") == "owner"


def test_removed_member_loses_access_at_once(cast: Cast) -> None:
    bob = cast.client("bob")

    cast.client("adam").post(member_path(cast, "bob", "remove"))

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

    here.post("/accounts/sessions/")

    assert here.get("/p/northwind/").status_code == 200
    assert lost_laptop.get("/p/northwind/").status_code == 302
    assert "signed in nowhere else" in here.get("/accounts/sessions/").content.decode()
