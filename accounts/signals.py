"""What happened to accounts, for apps further up that tell people about it."""

from django.dispatch import Signal

# Sent inside the transaction of accounts.services.invite, with ``invitation``.
invitation_made = Signal()
