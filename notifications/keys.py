"""Mails whose link lets their reader in: the key is put in when the mail leaves, and stands in no row."""

from __future__ import annotations

from accounts.services import issue_token
from notifications.models import Message

INVITATION = "invitation"  # the kind of message
PLACE_OF_KEY = "key-comes-when-this-leaves"


class NothingToOpen(Exception):
    """What the link would open is gone: the mail is not worth sending any more."""


def put_key_in(message: Message) -> None:
    """Put the key into the text of a claimed message, in memory alone. Inside the scope; raises ``NothingToOpen``.

    What the version before queued has its key in the text.
    """
    if message.kind != INVITATION or PLACE_OF_KEY not in message.text:
        return
    key = issue_token(int(message.event.rpartition(":")[2]))
    if key is None:
        raise NothingToOpen("The invitation was withdrawn, replaced or used.")
    message.text = message.text.replace(PLACE_OF_KEY, key)
    message.html = message.html.replace(PLACE_OF_KEY, key)
