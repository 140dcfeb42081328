"""E-mails about what happens in apps further down."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from accounts.models import Invitation, Role
from accounts.signals import invitation_made
from notifications import links, outbox
from notifications.keys import INVITATION, PLACE_OF_KEY
from notifications.letters import Why


@receiver(invitation_made)
def send_invitation(*, invitation: Invitation, **_kwargs: Any) -> None:
    """Queue the e-mail; the key of its link is put in when it leaves."""
    inviter = invitation.invited_by
    outbox.queue(
        INVITATION,
        event=f"{INVITATION}:{invitation.pk}",
        to=[invitation.email],
        context={
            "role": Role(invitation.role).label,
            "invited_by": str(inviter) if inviter else invitation.partner.name,
            "expires_at": invitation.expires_at,
            "link": links.invitation_page(PLACE_OF_KEY),
        },
        why=Why(f"You get this because {invitation.partner.name} invited this address."),
    )
