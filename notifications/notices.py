"""Notices in the top bar: what happened lately, and which of it the reader has not seen."""

from __future__ import annotations

from django.db.models import BooleanField, Case, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from accounts.models import Membership, Partner
from notifications.letters import Letter, one_line
from notifications.links import path_of
from notifications.models import Notice, NoticesSeen

MOST_SHOWN = 12
MOST_COUNTED = 100


def add_notice(event: str, letter: Letter, partner: Partner) -> bool:
    """Write down what happened, in the partner's open scope. False: it was written down before."""
    values = {
        "tone": letter.tone,
        "subject": one_line(letter.subject).removesuffix(f" - {one_line(partner.name)}")[:300],
        "text": letter.lead,
        "link": path_of(letter.link)[:500],
    }
    return Notice.objects.get_or_create(event=event, defaults=values)[1]


def recent_notices(user_id: int) -> QuerySet[Notice]:
    """The newest notices of the open partner; ``is_new`` on those that the user has not seen."""
    is_new = Case(When(created_at__gt=_seen_at(user_id), then=Value(True)), default=False, output_field=BooleanField())
    return Notice.objects.annotate(is_new=is_new)[:MOST_SHOWN]


def count_unseen(user_id: int) -> int:
    """How many notices the user has not seen, counted up to ``MOST_COUNTED``."""
    return Notice.objects.filter(created_at__gt=_seen_at(user_id)).order_by()[:MOST_COUNTED].count()


def mark_seen(*, user_id: int) -> None:
    """The member has seen all that is there now."""
    membership = Membership.objects.get(user_id=user_id)
    NoticesSeen.objects.update_or_create(membership=membership, defaults={"at": timezone.now()})


def _seen_at(user_id: int) -> Coalesce:
    """When the user looked last, or became a member."""
    seen = NoticesSeen.objects.filter(membership__user_id=user_id).values("at")[:1]
    joined = Membership.objects.filter(user_id=user_id).values("created_at")[:1]
    return Coalesce(Subquery(seen), Subquery(joined), Now())
