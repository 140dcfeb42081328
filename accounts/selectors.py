"""What is asked about people and partners."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Invitation, Membership, Role

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

# From most to least; a role may do whatever the ones after it may.
RANKS = {Role.OWNER: 3, Role.ADMIN: 2, Role.SUPPORT: 1, Role.VIEWER: 0}


@dataclass(frozen=True, slots=True)
class Access:
    """One partner that a user works for."""

    partner_id: int
    slug: str
    name: str
    role: Role

    def reaches(self, minimum: Role) -> bool:
        """True when the role may do what ``minimum`` may."""
        return RANKS[self.role] >= RANKS[minimum]


def list_accesses(user_id: int) -> list[Access]:
    """The partners that a user works for, by name. Asked across partners, outside of any scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT partner_id, slug, name, role FROM find_memberships(%s)", [user_id])
        rows = cursor.fetchall()
    return [Access(partner_id, slug, name, Role(role)) for partner_id, slug, name, role in rows]


def list_members() -> QuerySet[Membership]:
    """Members of the partner whose scope is open; ``has_second_factor`` on each."""
    factors = Authenticator.objects.filter(user=OuterRef("user"), type__in=SECOND_FACTORS)
    members = Membership.objects.select_related("user").annotate(has_second_factor=Exists(factors))
    return members.order_by("created_at", "id")


def count_owners() -> int:
    """Owners of the partner whose scope is open."""
    return Membership.objects.filter(role=Role.OWNER).count()


def list_waiting_invitations() -> QuerySet[Invitation]:
    """Invitations of the partner whose scope is open that nobody has accepted, those that are over too."""
    return Invitation.objects.select_related("invited_by").filter(accepted_at=None)
