"""Which person an address is. It counts only when proven: by a link that was sent there, or by who runs the service.

What an address is worth is told in docs/threat-model.md.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db.models import EmailField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from accounts.models import User
from core.addresses import fold_address


def person_of(address: str) -> User | None:
    """The person whose proven address this is, in any spelling; None where nobody proved it.

    Nothing else looks a person up by address. One that waits for its proof is nobody's.
    """
    proofs = EmailAddress.objects.filter(email=fold_address(address), verified=True)
    proof = proofs.select_related("user").first()
    return proof.user if proof else None


def store_proof(user: User) -> None:
    """Keep that the user's address is proven. ``IntegrityError`` where somebody else proved it before."""
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def stop_waiting(wish: EmailAddress) -> bool:
    """Make ready for the proof of this address. False: its person does not wait for it any more.

    In the caller's transaction, until whose end their password does not change: a new one forgets all that waits.
    """
    User.objects.select_for_update(no_key=True).get(pk=wish.user_id)
    waiting = EmailAddress.objects.filter(user=wish.user_id, verified=False)
    if not waiting.filter(pk=wish.pk).exists():
        return False
    waiting.exclude(pk=wish.pk).delete()
    release_address(wish.email)
    return True


def release_address(address: str) -> None:
    """Make room for who proves this address: a person who has it without a proof goes on without an address.

    Nobody comes to have one that way; rows of a version that took any address for proven do.
    """
    proofs = EmailAddress.objects.filter(user=OuterRef("pk"), email=address, verified=True)
    nobodys = Concat(Value("person-"), Cast("pk", EmailField()), Value("@unproven.invalid"), output_field=EmailField())
    User.objects.filter(~Exists(proofs), email=address).update(email=nobodys)
