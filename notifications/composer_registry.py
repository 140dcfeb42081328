"""Who writes the letters: the portal, which knows its pages and its look, and registers when Django starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import Partner, User
from notifications.letters import Letter, Rendered, Why


@dataclass(frozen=True, slots=True)
class Composer:
    """``write`` makes a letter of a kind and its facts, ``render`` gives it the forms that are sent.

    ``account_mail`` does both for a mail about somebody's sign-in, and puts in the link: it is made when it leaves.
    """

    write: Callable[[str, Mapping[str, Any], Partner], Letter]
    render: Callable[[Letter, Why | None], Rendered]
    account_mail: Callable[[str, str, Mapping[str, Any], User | None], Rendered | None]


_composers: list[Composer] = []


def register_composer(composer: Composer) -> None:
    """Let an app further up write the letters. Called when Django starts."""
    _composers[:] = [composer]


def compose(kind: str, facts: Mapping[str, Any], partner: Partner) -> Letter:
    """The letter of that kind. ``KeyError`` where the kind or a fact is missing."""
    return _composers[0].write(kind, facts, partner)


def render(letter: Letter, why: Why | None = None) -> Rendered:
    """The letter as subject, plain text and HTML."""
    return _composers[0].render(letter, why)


def compose_account_mail(kind: str, to: str, facts: Mapping[str, Any], person: User | None) -> Rendered | None:
    """A mail about sign-in, with its link; None where there is nothing left to say."""
    return _composers[0].account_mail(kind, to, facts, person)
