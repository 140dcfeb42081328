"""The books while a text is worked through, and what its steps say and name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bookkeeping.books import Books, Synced
from tests.bookkeeping.charges import MOTIONS
from tests.bookkeeping.facts import Mapping
from tests.bookkeeping.product import Choice, Note, SourceItem, TargetItem, TemplateLine
from tests.bookkeeping.source import CUSTOMER
from tests.bookkeeping.target import Standing, Unclear


@dataclass(frozen=True, slots=True)
class Question:
    """Something that waits for a person's answer."""

    subject: str
    code: str
    subscription: str
    answer: Choice  # without the choice: what is at stake


@dataclass(slots=True)
class Month:
    """Books, and what the last sync left open."""

    books: Books = field(default_factory=Books)
    zone: dt.tzinfo = dt.UTC
    last: Synced | None = None
    has_written: bool = False  # some sync wrote something
    answered: list[str] = field(default_factory=list)  # subjects, in order
    price_list: list[SourceItem] = field(default_factory=list)
    in_use: frozenset[int] = frozenset()  # of the price list
    target_products: list[TargetItem] = field(default_factory=list)

    def mapping(self, name: str) -> Mapping:
        """``monthly`` of the usual customer, or ``Fabrikam monthly``."""
        customer, _, motion = name.rpartition(" ")
        if motion not in MOTIONS:
            raise Unclear(f"“{name}” is no mapping", f"Write a motion, or customer and motion: {', '.join(MOTIONS)}")
        return self.books.mapping(customer or CUSTOMER, motion)

    def template(self, name: str) -> Standing:
        """A template by its name; that of a mapping is made with it."""
        motion = name.rpartition(" ")[2]
        standing = [one.name for one in self.books.target.templates.values()]
        if motion in MOTIONS and not any(one == name or one.endswith(f" {name}") for one in standing):
            self.mapping(name)
        return self.books.target.find_template(name)

    def line(self, name: str, *, subscription: str = "", template: str = "") -> TemplateLine:
        """The line of that name, of one subscription or template where that is said."""
        lines = list(self.books.target.lines.values())
        if template:
            number = self.template(template).template_id
            lines = [line for line in lines if line.template_id == number]
        if subscription:
            lines = [line for line in lines if line.line_id in self._lines_of(subscription)]
        found = [line for line in lines if line.name == name]
        if len(found) != 1:
            names = ", ".join(f"“{line.name}”" for line in lines) or "none"
            raise Unclear(
                f"{len(found) or 'no'} lines are called “{name}”", f"Lines: {names}. Say more: of s1 on monthly"
            )
        return found[0]

    def _lines_of(self, subscription: str) -> set[str]:
        return {own.line_id for own in self.books.ledger.own.values() if own.subscription == subscription}

    def questions(self) -> list[Question]:
        """What waits for an answer since the last sync."""
        if self.last is None:
            return []
        open_ones = {note.subject: note for note in self.last.plan.notes if note.subject}
        return [self._question(subject, note) for subject, note in open_ones.items()]

    def _question(self, subject: str, note: Note) -> Question:
        assert self.last is not None
        books = self.books
        held = [change for change in self.last.plan.changes if change.hold and change.hold.subject == subject]
        subscriptions = [books.subscriptions.name(change.subscription_id) for change in held]
        subscriptions += [own.subscription for own in books.ledger.own.values() if own.mark in subject]
        at_stake = Choice("", retail=held[-1].retail, cost=held[-1].cost) if held else Choice("")
        code = note.code.replace("_", " ")
        return Question(subject, code, subscriptions[0] if subscriptions else "", at_stake)


Act = Callable[[Month], None]
