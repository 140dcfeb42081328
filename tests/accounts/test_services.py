"""Partners, members and invitations."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.identity import person_of
from accounts.models import Invitation, Membership, Partner, Role, User
from accounts.services import (
    RESEND_AFTER,
    AccountError,
    accept_invitation,
    change_role,
    create_partner,
    create_user,
    ensure_member,
    find_invitation,
    find_partner,
    invite,
    list_partners,
    remove_member,
    update_partner,
    update_user,
    withdraw_invitation,
)
from core.audit import COMMAND
from core.models import AuditEntry
from core.scope import partner_scope
from notifications.models import Message
from tests.accounts.mailbox import letters_to, link_in


def owner_of(partner: Partner) -> User:
    found = person_of("owner@northwind.example")
    assert found is not None
    return found


def membership_of(name: str) -> Membership:
    return Membership.objects.get(user__email=f"{name}@northwind.example")


def invite_as_owner(partner: Partner, email: str = "new@northwind.example", role: str = "support") -> str:
    """Invite, and return the token of the link in the e-mail."""
    with partner_scope(partner.pk):
        invite(email=email, role=role, invited_by=owner_of(partner))
    return (
        link_in(str(letters_to(email.lower())[-1].body), "/invitations/")
        .partition("/invitations/")[2]
        .partition("/")[0]
    )


def test_partner_is_found_by_slug_outside_any_scope(partner: Partner, stranger: Partner) -> None:
    assert find_partner("northwind") == partner.pk
    assert find_partner("nobody") is None
    assert [one.slug for one in list_partners()] == ["northwind", "tailwind"]


def test_taken_slug_is_refused(partner: Partner) -> None:
    with pytest.raises(AccountError, match="northwind"):
        create_partner(slug="northwind", name="Another", actor=COMMAND)
    assert len(list_partners()) == 1


def test_partner_needs_a_real_time_zone(db: None) -> None:
    with pytest.raises(ValidationError):
        create_partner(slug="x", name="X", time_zone="Mars/Olympus", actor=COMMAND)
    assert list_partners() == []


def test_update_partner_tells_and_records_what_changed(partner: Partner) -> None:
    assert update_partner(partner.pk, actor=COMMAND, name="Northwind IT", currency="EUR") == ["currency"]
    assert update_partner(partner.pk, actor=COMMAND, currency="EUR") == []
    with partner_scope(partner.pk):
        assert AuditEntry.objects.filter(action="partner.changed").count() == 1


def test_update_user_keeps_an_equal_password(partner: Partner) -> None:
    user = owner_of(partner)
    assert update_user(user, password="another long password") is True
    assert update_user(user, password="another long password") is False
    assert owner_of(partner).check_password("another long password")


def test_ensure_member_again_changes_nothing(partner: Partner) -> None:
    with partner_scope(partner.pk):
        before = AuditEntry.objects.count()
        assert ensure_member(user=owner_of(partner), role="owner", actor=COMMAND) is False
        assert AuditEntry.objects.count() == before


def test_last_owner_keeps_role_and_membership(partner: Partner) -> None:
    with partner_scope(partner.pk):
        with pytest.raises(AccountError, match="needs an owner"):
            change_role(membership=membership_of("owner"), role=Role.ADMIN, actor=COMMAND)
        with pytest.raises(AccountError, match="needs an owner"):
            remove_member(membership=membership_of("owner"), actor=COMMAND)
        assert membership_of("owner").role == Role.OWNER


def test_owner_may_go_when_another_stays(partner: Partner) -> None:
    with partner_scope(partner.pk):
        assert change_role(membership=membership_of("viewer"), role=Role.OWNER, actor=COMMAND) is True
        remove_member(membership=membership_of("owner"), actor=COMMAND)
        assert [one.user.email for one in Membership.objects.all()] == ["viewer@northwind.example"]


def test_invitation_makes_a_member_once(partner: Partner) -> None:
    token = invite_as_owner(partner, "New@Northwind.example")
    user = create_user(email="new@northwind.example", password="x")
    assert accept_invitation(token=token, user=user) == partner
    with partner_scope(partner.pk):
        assert membership_of("new").role == Role.SUPPORT
    with pytest.raises(AccountError, match="no longer valid"):
        accept_invitation(token=token, user=user)


def test_invitation_is_for_its_address_alone(partner: Partner) -> None:
    token = invite_as_owner(partner)
    thief = create_user(email="thief@example.com")
    with pytest.raises(AccountError, match="made to new@northwind"):
        accept_invitation(token=token, user=thief)
    with partner_scope(partner.pk):
        assert not Membership.objects.filter(user=thief).exists()


def test_invitation_ends_after_two_weeks(partner: Partner) -> None:
    token = invite_as_owner(partner)
    assert find_invitation(token) is not None
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=15), tick=False):
        assert find_invitation(token) is None


def test_newer_invitation_replaces_the_older(partner: Partner) -> None:
    first = invite_as_owner(partner)
    with partner_scope(partner.pk):
        Message.objects.all().delete()
    with time_machine.travel(timezone.now() + RESEND_AFTER * 1.1):
        second = invite_as_owner(partner)
    assert find_invitation(first) is None
    assert find_invitation(second) is not None


def test_withdrawn_invitation_is_worthless(partner: Partner) -> None:
    token = invite_as_owner(partner)
    with partner_scope(partner.pk):
        withdraw_invitation(invitation=Invitation.objects.get(), actor=COMMAND)
    assert find_invitation(token) is None


def test_invitation_token_is_stored_as_hash_alone(partner: Partner) -> None:
    token = invite_as_owner(partner)
    with partner_scope(partner.pk):
        assert token not in str(Invitation.objects.values_list().get())
        assert not AuditEntry.objects.filter(text__contains=token).exists()


def test_member_cannot_be_invited_again(partner: Partner) -> None:
    with partner_scope(partner.pk), pytest.raises(AccountError, match="member already"):
        invite(email="VIEWER@northwind.example", role="admin", invited_by=owner_of(partner))


def test_accepting_never_lowers_a_role(partner: Partner) -> None:
    token = invite_as_owner(partner, role="viewer")
    user = create_user(email="new@northwind.example")
    with partner_scope(partner.pk):
        ensure_member(user=user, role="admin", actor=COMMAND)
    accept_invitation(token=token, user=user)
    with partner_scope(partner.pk):
        assert membership_of("new").role == Role.ADMIN
