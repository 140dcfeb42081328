"""Who is told of what happens: the group addresses of a program, and members who asked for it.

Each address gets one e-mail of an event, and each e-mail says why it came.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from django.db.models import Q

from accounts.models import Membership, Partner
from core.audit import Actor, record
from core.editions import refuse_older
from core.scope import scoped_partner_id
from notifications import links, outbox
from notifications.composer_registry import compose
from notifications.letters import Why
from notifications.models import MailPreference, Message
from notifications.notices import add_notice


class News(StrEnum):
    """What a member can ask for; the values are fields of ``MailPreference``."""

    RUN_PROBLEMS = "run_problems"
    EVERY_RUN = "every_run"
    UNMAPPED = "unmapped"
    CONNECTIONS = "connections"


@dataclass(frozen=True, slots=True)
class MailWishes:
    """Which news a member wants."""

    run_problems: bool = False
    every_run: bool = False
    unmapped: bool = False
    connections: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Addresses that one e-mail goes to together, and why they get it."""

    addresses: Sequence[str]
    why: Why


def tell(
    kind: str, *, event: str, news: Collection[News], group: Group, context: Mapping[str, Any], notice: bool = True
) -> int:
    """Queue one e-mail to the group and one to each member who wants any of the ``news``.

    In the caller's scope and transaction. Whoever was told of the event before is left out. Unless
    nothing worth a ``notice`` happened, the portal shows it too. Answers how many e-mails were queued.
    """
    members = _members_who_want(news)
    if not (notice or group.addresses or members):
        return 0
    partner = Partner.objects.get(pk=scoped_partner_id())
    if notice:
        add_notice(event, compose(kind, context, partner), partner)
    told = {address.casefold() for address in _told(event)}
    together = [address for address in group.addresses if address.casefold() not in told]
    sent = outbox.queue(kind, event=event, to=together, context=context, why=group.why)
    told |= {address.casefold() for address in together}
    own = [(member, address) for member, address in members if address.casefold() not in told]
    why = why_asked(partner)
    queued = [
        outbox.queue(kind, event=f"{event}/{member}", to=[address], context=context, why=why) for member, address in own
    ]
    return sum(map(len, (sent, *queued)))


def why_asked(partner: Partner) -> Why:
    """The reason of a member who asked for an e-mail."""
    text = f"You get this because you asked for it at {partner.name}."
    return Why(text, links.preferences_page(partner.slug), "Change your e-mail preferences")


def read_wishes(user_id: int) -> MailWishes:
    """What the user wants of the open partner."""
    names = [field.name for field in fields(MailWishes)]
    stored = MailPreference.objects.filter(membership__user_id=user_id).values(*names).first()
    return MailWishes(**stored) if stored else MailWishes()


def save_wishes(*, user_id: int, wishes: MailWishes, actor: Actor, drawn: str | None = None) -> bool:
    """Store what a member of the open partner wants. False: they wanted it already.

    Raises ``NewerEdition`` where they want something else than the form was ``drawn`` from.
    """
    membership = Membership.objects.select_for_update(no_key=True).get(user_id=user_id)
    standing = read_wishes(user_id)
    refuse_older(drawn, asdict(standing))
    if standing == wishes:
        return False
    values = asdict(wishes)
    MailPreference.objects.update_or_create(membership=membership, defaults=values)
    wanted = ", ".join(name.replace("_", " ") for name, wants in values.items() if wants)
    record(actor, "member.emails", f"E-mails to {actor.name}: {wanted or 'none'}")
    return True


def _told(event: str) -> list[str]:
    messages = Message.objects.filter(Q(event=event) | Q(event__startswith=f"{event}/"))
    return [address for to in messages.values_list("to", flat=True) for address in to]


def _members_who_want(news: Collection[News]) -> list[tuple[int, str]]:
    wanted = Q()
    for each in news:
        wanted |= Q(**{each.value: True})
    found = MailPreference.objects.filter(wanted, membership__user__is_active=True).order_by("membership_id")
    return list(found.values_list("membership_id", "membership__user__email"))
