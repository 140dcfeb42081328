"""E-mails about what happens in apps further down."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from accounts.models import Invitation, Role
from accounts.signals import invitation_made
from notifications import links, outbox
from notifications.letters import Why


@receiver(invitation_made)
def send_invitation(*, invitation: Invitation, token: str, **_kwargs: Any) -> None:
    """Queue the e-mail with the link; the token is stored nowhere else, and there until it is sent."""
    inviter = invitation.invited_by
    outbox.queue(
        "invitation",
        event=f"invitation:{invitation.token_hash}",
        to=[invitation.email],
        context={
            "role": Role(invitation.role).label,
            "invited_by": str(inviter) if inviter else invitation.partner.name,
            "expires_at": invitation.expires_at,
            "link": links.invitation_page(token),
        },
        why=Why(f"You get this because {invitation.partner.name} invited this address."),
    )
