"""How sign-in writes its e-mails: as letters, like everything else that leaves the portal."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from accounts.adapters import AccountAdapter
from accounts.identity import person_of
from accounts.models import User
from notifications.account_mails import queue_account_mail
from notifications.letters import Rendered, Why
from portal.emails.account_letters import find_letter, is_letter
from portal.emails.account_links import find_links
from portal.emails.rendering import render

WHY = Why("You get this because this address signs in to Billing Sync, or somebody typed it there.")


_NO_FACTS = re.compile(r"(_url|key|uid|code|request|current_site|user)$")  # links, what they are made of, objects


class LetterAccountAdapter(AccountAdapter):
    """Sign-in whose e-mails go through the outbox: a page writes down what to tell, the mail is made when it leaves."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the letter of that name; allauth's own is sent at once where we have none."""
        if not is_letter(template_prefix):
            super().send_mail(template_prefix, email, context)
            return
        facts = {name: _as_json(value) for name, value in context.items() if not _NO_FACTS.search(name)}
        user = context.get("user")
        person = user if isinstance(user, User) else person_of(email)
        queue_account_mail(template_prefix, email, facts, person)


def compose_account_mail(kind: str, to: str, facts: Mapping[str, Any], person: User | None) -> Rendered | None:
    """The mail with the link that it needs, made now; None where what it was about is over.

    Links lead to the installation's own address, never to the host of a request.
    """
    links_of = find_links(kind, to, person)
    if links_of is None:
        return None
    moment = {"timestamp": dt.datetime.fromisoformat(facts["timestamp"])} if "timestamp" in facts else {}
    letter = find_letter(kind, {"email": to, "user": person, **facts, **moment, **links_of})
    return render(letter, WHY) if letter else None


def _as_json(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return value if isinstance(value, (int, float, bool, type(None))) else str(value)
