"""What stops when a connection goes away. Apps further up know what depends on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connections.models import Connection


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing that stops or stays, in words, with the time that it speaks of."""

    text: str
    moment: dt.datetime | None = None
    urgent: bool = False  # it happens right now


Teller = Callable[[Connection], Iterable[Consequence]]

_tellers: list[Teller] = []


def register_consequences(teller: Teller) -> None:
    """Let an app further up say what hangs on a connection. Called when Django starts."""
    if teller not in _tellers:
        _tellers.append(teller)


def consequences_of(connection: Connection | None) -> list[Consequence]:
    """All that depends on the connection, what happens right now first. Call it inside the partner's scope."""
    found = [each for teller in _tellers for each in teller(connection)] if connection else []
    return sorted(found, key=lambda each: not each.urgent)
