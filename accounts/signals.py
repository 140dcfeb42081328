"""What happened to accounts, for apps further up that tell people about it."""

from django.dispatch import Signal

# Sent inside the transaction of accounts.services.invite, with ``invitation`` and the plain ``token``.
invitation_made = Signal()
