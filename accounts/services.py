"""Partners and the people who work for them: the only writers of these tables."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.identity import person_of, release_address, store_proof
from accounts.models import Invitation, Membership, Partner, Role, User
from accounts.selectors import list_accesses
from accounts.signals import invitation_made
from core.addresses import clean_address
from core.audit import Actor, actor_of, record
from core.editions import refuse_older
from core.enums import About
from core.models import AuditEntry
from core.scope import partner_scope, scoped_partner_id

INVITATION_LIFE = dt.timedelta(days=14)
# A partner's invitations are mails to strangers that leave by everybody's mail server.
MOST_INVITATIONS, INVITATIONS_WITHIN = 20, dt.timedelta(hours=1)
RESEND_AFTER = dt.timedelta(minutes=10)  # to one address
INVITED = "member.invited"
ROLE_CHANGED = "member.role"


class AccountError(Exception):
    """The change was refused; ``str(error)`` says why and what to do."""


@dataclass(frozen=True, slots=True)
class PartnerRef:
    """A partner as known outside its scope."""

    partner_id: int
    slug: str
    name: str


def find_partner(slug: str) -> int | None:
    """Id of the partner with this slug, None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT find_partner(%s)", [slug])
        row = cursor.fetchone()
    return row[0] if row else None


def list_partners() -> list[PartnerRef]:
    """All partners by name: id, slug and name, and nothing else of theirs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT partner_id, slug, name FROM list_partners()")
        return [PartnerRef(*row) for row in cursor.fetchall()]


def create_partner(
    *, slug: str, name: str, time_zone: str = "UTC", currency: str = "USD", locale: str = "en_US", actor: Actor
) -> Partner:
    """Make a partner. Call it outside any scope; raises ``AccountError`` when the slug is taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_partner', 'id'))")
        partner_id = cursor.fetchone()[0]
    partner = Partner(id=partner_id, slug=slug, name=name, time_zone=time_zone, currency=currency, locale=locale)
    with partner_scope(partner_id):
        partner.full_clean(validate_unique=False, validate_constraints=False)
        try:
            with transaction.atomic():
                partner.save(force_insert=True)
        except IntegrityError as taken:
            raise AccountError(f"There is a partner “{slug}” already. Choose another short name.") from taken
        record(actor, "partner.created", f"Partner {name} created")
    return partner


def company_of(partner: Partner) -> dict[str, str]:
    """What a partner's admins may change about their company, as it stands."""
    return {name: str(getattr(partner, name)) for name in ("name", "time_zone", "currency", "locale")}


def update_partner(partner_id: int, *, actor: Actor, drawn: str | None = None, **values: str) -> list[str]:
    """Change name, time zone, currency or locale; returns the names of what really changed.

    Raises ``NewerEdition`` where they are others than those that the form was ``drawn`` from.
    """
    with partner_scope(partner_id):
        partner = Partner.objects.select_for_update(no_key=True).get(pk=partner_id)
        refuse_older(drawn, company_of(partner), actions=["partner.changed"])
        changed = [name for name, value in values.items() if getattr(partner, name) != value]
        for name in changed:
            setattr(partner, name, values[name])
        if changed:
            partner.full_clean(validate_unique=False, validate_constraints=False)
            partner.save(update_fields=changed)
            told = ", ".join(f"{name.replace('_', ' ')} is {values[name]}" for name in changed)
            record(actor, "partner.changed", f"Partner: {told}")
        return changed


def create_user(*, email: str, password: str | None = None, name: str = "", is_operator: bool = False) -> User:
    """Make a person of this address; the caller knows that it is theirs.

    Raises ``ValidationError`` on a bad address, ``AccountError`` where it is somebody's already.
    """
    address = clean_address(email)
    try:
        with transaction.atomic():
            release_address(address)
            user = User.objects.create_user(address, password, name=name, is_operator=is_operator)
            store_proof(user)
    except IntegrityError as taken:
        raise AccountError(f"{address} has an account already.") from taken
    return user


def update_user(user: User, *, password: str | None = None, name: str | None = None) -> bool:
    """Change password or name where they differ; None leaves them. False: nothing differed."""
    changed = []
    if name is not None and user.name != name:
        user.name = name
        changed.append("name")
    if password is not None and not user.check_password(password):
        user.set_password(password)
        changed.append("password")
    if changed:
        user.save(update_fields=changed)
    return bool(changed)


def profile_of(user: User) -> dict[str, str]:
    """What a person may change about themselves, as it stands."""
    return {"name": user.name, "time_zone": user.time_zone}


@transaction.atomic
def change_profile(user_id: int, *, name: str, time_zone: str, drawn: str | None = None) -> None:
    """Store name and time zone, and nothing else of the person: the rest may have changed meanwhile.

    Raises ``NewerEdition`` where they are others than those that the form was ``drawn`` from.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    refuse_older(drawn, profile_of(user))
    user.name, user.time_zone = name, time_zone
    user.save(update_fields=["name", "time_zone"])


def works_here_alone(user: User) -> bool:
    """True where the user is a member of the open partner, of no other one, and no operator."""
    partners = [access.partner_id for access in list_accesses(user.pk)]
    return partners == [scoped_partner_id()] and not user.is_operator


def ensure_member(*, user: User, role: str, actor: Actor) -> bool:
    """Give a user this role at the open partner. False: they had it already.

    Raises ``AccountError`` when the last owner would lose that role.
    """
    membership, made = Membership.objects.get_or_create(user=user, defaults={"role": role})
    if made:
        record(actor, "member.added", f"{user.email} added as {Role(role).label}")
        return True
    return change_role(membership=membership, role=role, actor=actor)


def role_of(membership: Membership) -> dict[str, str]:
    """What a page shows of a member that can be changed there."""
    return {"role": membership.role}


def change_role(*, membership: Membership, role: str, actor: Actor, drawn: str | None = None) -> bool:
    """Change a member's role. False: they had it already. The last owner cannot lose theirs.

    Raises ``NewerEdition`` where it is another one than the page was ``drawn`` with.
    """
    current = _lock(membership)
    _refuse_older_role(current, drawn)
    if current.role == role:
        return False
    _keep_an_owner(current)
    before = current.get_role_display()
    current.role = Role(role)
    current.save(update_fields=["role"])
    text = f"{current.user.email}: {before} -> {current.get_role_display()}"
    record(actor, ROLE_CHANGED, text, (About.MEMBER, current.pk))
    return True


def remove_member(*, membership: Membership, actor: Actor, drawn: str | None = None) -> None:
    """Take a user's access to the open partner away. The last owner cannot be removed.

    Raises ``NewerEdition`` where the role is another one than the page was ``drawn`` with.
    """
    current = _lock(membership)
    _refuse_older_role(current, drawn)
    _keep_an_owner(current)
    current.delete()
    record(actor, "member.removed", f"{current.user.email} removed")


def end_sessions(*, membership: Membership, actor: Actor) -> int:
    """Sign a member out everywhere; answers of how many browsers."""
    sessions = UserSession.objects.purge_and_list(membership.user)
    for session in sessions:
        session.end()
    record(actor, "member.sessions_ended", f"{membership.user.email} signed out everywhere ({len(sessions)})")
    return len(sessions)


def invite(*, email: str, role: str, invited_by: User, life: dt.timedelta = INVITATION_LIFE) -> Invitation:
    """Offer a role at the open partner by e-mail; an open offer to the same address is replaced."""
    address = clean_address(email)
    if Membership.objects.filter(user=person_of(address)).exists():
        raise AccountError(f"{address} is a member already. Change the role in the list instead.")
    _refuse_too_many(address)
    Invitation.objects.filter(email=address, accepted_at=None).delete()
    invitation = Invitation.objects.create(
        email=address,
        role=Role(role),
        token_hash=secrets.token_hex(32),  # of nothing: there is no link before its mail leaves
        invited_by=invited_by,
        expires_at=timezone.now() + life,
    )
    about = (About.INVITED, _number_of(address))
    record(actor_of(invited_by), INVITED, f"{address} invited as {Role(role).label}", about)
    invitation_made.send(sender=Invitation, invitation=invitation)
    return invitation


def _refuse_too_many(address: str) -> None:
    """What was invited is counted in the audit log, where nothing is withdrawn."""
    Partner.objects.select_for_update(no_key=True).get(pk=scoped_partner_id())  # presses at the same moment count too
    now = timezone.now()
    made = AuditEntry.objects.filter(action=INVITED, at__gt=now - INVITATIONS_WITHIN)
    if made.count() >= MOST_INVITATIONS:
        raise AccountError(f"{MOST_INVITATIONS} invitations were sent within an hour. Wait before you send more.")
    if made.filter(at__gt=now - RESEND_AFTER, about=About.INVITED, about_id=_number_of(address)).exists():
        raise AccountError(f"{address} was sent an invitation just now. Wait ten minutes before you send another one.")


def _number_of(address: str) -> int:
    """By which what was sent to an address is found again."""
    return int.from_bytes(hashlib.sha256(address.encode()).digest()[:7])


def issue_token(invitation_id: int) -> str | None:
    """The key of an open invitation's link, for the mail that leaves now; only its hash is stored.

    The same at each attempt to send, so that of two copies of the mail both let in. None: the offer is gone.
    """
    token = salted_hmac("invitation", str(invitation_id), algorithm="sha256").hexdigest()
    offers = Invitation.objects.filter(pk=invitation_id, accepted_at=None)
    return token if offers.update(token_hash=hash_token(token)) else None


def resend_invitation(*, invitation: Invitation, invited_by: User) -> Invitation:
    """Offer the same once more, for as long as before. The link sent before no longer works."""
    life = dt.timedelta(days=round((invitation.expires_at - invitation.created_at) / dt.timedelta(days=1)))
    return invite(email=invitation.email, role=invitation.role, invited_by=invited_by, life=life)


def withdraw_invitation(*, invitation: Invitation, actor: Actor) -> None:
    """Make an offer worthless before it is accepted."""
    record(actor, "member.invitation_withdrawn", f"Invitation of {invitation.email} withdrawn")
    invitation.delete()


def find_invitation(token: str) -> tuple[int, Invitation] | None:
    """Partner id and open invitation of a token; None when it is unknown, used or too old."""
    return _find_invitation(token, accepted_at=None, expires_at__gt=timezone.now())


def find_used_invitation(token: str) -> Invitation | None:
    """The invitation of a token that somebody has accepted, its partner with it."""
    found = _find_invitation(token, accepted_at__isnull=False)
    return found[1] if found else None


def join(*, token: str, name: str, password: str) -> tuple[User, Partner]:
    """Make a person of the invited address, and a member as offered: who holds the token reads that mailbox.

    Call it outside any scope. Raises ``AccountError`` when the offer is unknown, used or too old, or
    the address has an account.
    """
    partner_id, offer = _open_offer(token)
    with partner_scope(partner_id):
        invitation = _take(offer)
        user = create_user(email=invitation.email, password=password, name=name)
        return user, _admit(user, invitation)


def accept_invitation(*, token: str, user: User) -> Partner:
    """Make the user a member as offered. Call it outside any scope.

    A role that the user has already is never lowered. Raises ``AccountError`` when the offer is
    unknown, used, too old, or made to another address.
    """
    partner_id, offer = _open_offer(token)
    if person_of(offer.email) != user:
        raise AccountError(f"This invitation was made to {offer.email}. Sign in with that address.")
    with partner_scope(partner_id):
        return _admit(user, _take(offer))


def hash_token(token: str) -> str:
    """What is stored of an invitation's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _find_invitation(token: str, **state: Any) -> tuple[int, Invitation] | None:
    hashed = hash_token(token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT find_invitation(%s)", [hashed])
        row = cursor.fetchone()
    if not row or row[0] is None:
        return None
    with partner_scope(row[0]):
        invitation = Invitation.objects.select_related("partner").filter(token_hash=hashed, **state).first()
    return (row[0], invitation) if invitation else None


def _open_offer(token: str) -> tuple[int, Invitation]:
    found = find_invitation(token)
    if found is None:
        raise AccountError("This invitation is no longer valid. Ask for a new one.")
    return found


def _take(offer: Invitation) -> Invitation:
    """The offer, used up by this transaction; who comes second waits, and is refused."""
    open_offers = Invitation.objects.select_for_update(no_key=True).filter(accepted_at=None)
    invitation = open_offers.filter(token_hash=offer.token_hash).first()
    if invitation is None:
        raise AccountError("This invitation was used already.")
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return invitation


def _admit(user: User, invitation: Invitation) -> Partner:
    if not Membership.objects.filter(user=user).exists():
        ensure_member(user=user, role=invitation.role, actor=actor_of(user))
    return Partner.objects.get(pk=scoped_partner_id())


def _lock(membership: Membership) -> Membership:
    """All owners are locked with it, so that two of them cannot leave at the same moment."""
    owners_and_it = Membership.objects.filter(role=Role.OWNER) | Membership.objects.filter(pk=membership.pk)
    locked = {row.pk: row for row in owners_and_it.select_for_update(no_key=True).order_by("pk")}
    if membership.pk not in locked:
        raise AccountError("This person is no longer a member.")
    return locked[membership.pk]


def _refuse_older_role(membership: Membership, drawn: str | None) -> None:
    refuse_older(drawn, role_of(membership), actions=[ROLE_CHANGED], about=(About.MEMBER, membership.pk))


def _keep_an_owner(membership: Membership) -> None:
    if membership.role != Role.OWNER:
        return
    if not Membership.objects.filter(role=Role.OWNER).exclude(pk=membership.pk).exists():
        raise AccountError("A partner needs an owner. Make somebody else an owner first.")
