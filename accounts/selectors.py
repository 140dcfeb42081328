"""What is asked about people and partners."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Invitation, Membership, Role

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
    """Members of the partner whose scope is open."""
    return Membership.objects.select_related("user").order_by("created_at", "id")


def list_open_invitations() -> QuerySet[Invitation]:
    """Invitations of the partner whose scope is open that can still be accepted."""
    return Invitation.objects.select_related("invited_by").filter(accepted_at=None, expires_at__gt=timezone.now())
