"""A form says what it was drawn from, so that nobody overwrites unseen what somebody else saved meanwhile.

What it says is sealed: it also tells whose page it was and which texts may be kept for them while they sign in again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils import timezone

from core.enums import About
from core.models import AuditEntry

SALT = "edition of a form"


@dataclass(frozen=True, slots=True)
class Edition:
    """What a form was drawn from: values by field, when, for which person, and on which page."""

    values: dict[str, str]
    drawn_at: dt.datetime
    person_id: int | None
    page: str


class NewerEdition(Exception):
    """What the form shows was changed since it was drawn; nothing was saved.

    ``changed`` holds what was drawn and what stands now, by field: nothing where that is not known any more.
    """

    def __init__(self, changed: Mapping[str, tuple[str, str]], *, by: str = "", at: dt.datetime | None = None) -> None:
        super().__init__("Somebody changed this since your page was drawn. Nothing was saved.")
        self.changed, self.by, self.at = dict(changed), by, at

    def tell(self, change: str) -> str:
        """The refusal in one line, for where no form is shown again."""
        return f"Nothing was done: {self.by or 'somebody'} was quicker. {change} Look at it, and press again."


def seal_edition(values: Mapping[str, object], *, person_id: int | None, page: str) -> str:
    """What a form carries along: no secret may be among the values."""
    body = {name: text_of(value) for name, value in values.items()}
    return signing.dumps([body, timezone.now().isoformat(), person_id, page], salt=SALT, compress=True)


def open_edition(sealed: str) -> Edition | None:
    """What the form was drawn from; None where nobody sealed it here."""
    try:
        body, drawn_at, person_id, page = signing.loads(sealed, salt=SALT)
    except signing.BadSignature:
        return None
    return Edition(body, dt.datetime.fromisoformat(drawn_at), person_id, page)


def refuse_older(
    sealed: str | None,
    values: Mapping[str, object],
    *,
    actions: Collection[str] = (),
    about: tuple[About, int] | None = None,
) -> None:
    """Raise ``NewerEdition`` where the values are others than those the form was drawn from.

    Call it once the row is locked. ``sealed`` None: no form was drawn. Who was quicker is looked for in the audit
    log, among entries of these ``actions``, ``about`` the record where they name one.
    """
    if sealed is None:
        return
    edition = open_edition(sealed)
    if edition is None:
        raise NewerEdition({})
    now = {name: text_of(value) for name, value in values.items()}
    changed = {name: (edition.values.get(name, ""), new) for name, new in now.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if changed:
        entry = _newest_entry(edition.drawn_at, actions, about)
        raise NewerEdition(changed, by=entry.actor_name if entry else "", at=entry.at if entry else None)


def text_of(value: Any) -> str:
    """A value as it is compared: two that look alike are alike."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return ", ".join(map(text_of, value))
    return "" if value is None else str(value)


def _newest_entry(since: dt.datetime, actions: Collection[str], about: tuple[About, int] | None) -> AuditEntry | None:
    if not actions:
        return None
    found = AuditEntry.objects.filter(action__in=actions, at__gte=since)
    if about:
        found = found.filter(about=about[0], about_id=about[1])
    return found.order_by("-at", "-pk").first()
