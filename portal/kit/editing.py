"""A form that edits something: what it was drawn from, what was typed, and who was quicker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, QueryDict

from core.editions import NewerEdition, seal_edition
from portal.kit.undone import DRAWN, drawn_of

CONFLICT, UNREADABLE = 409, 422  # states of HTTP


@dataclass(frozen=True, slots=True)
class Newer:
    """What somebody else saved meanwhile, in words: label, what it was, what it is now."""

    changes: list[tuple[str, str, str]]
    by: str
    at: dt.datetime | None


Shown = Callable[[str, str], str]


class Editing:
    """One form on its way: ``values`` are what it is drawn from, by field."""

    def __init__(
        self, request: HttpRequest, values: Mapping[str, object], *, page: str = "", anew: bool = False
    ) -> None:
        """``page``: the address that shows the form, where it is another one. ``anew``: not the form that was sent."""
        posted = request.method == "POST"
        typed: QueryDict | None = getattr(request, "typed", None)
        asked = request.POST if posted else (typed or request.GET)
        self._person_id, self._page = request.user.pk, page or request.get_full_path()
        self.data: QueryDict | None = request.POST if posted else typed
        self.sent: str | None = drawn_of(request) if posted else None
        self.drawn: str = (not anew and asked.get(DRAWN)) or self._seal(values)
        self.newer: Newer | None = None

    def give_way(
        self, newer: NewerEdition, values: Mapping[str, object], labels: Mapping[str, str], shown: Shown
    ) -> None:
        """What was typed stays on the page beside what stands now; saved once more, it takes its place."""
        changes = [
            (labels.get(name, name), shown(name, before), shown(name, now))
            for name, (before, now) in newer.changed.items()
        ]
        self.newer = Newer(changes, newer.by, newer.at)
        self.drawn = self._seal(values)

    def give_way_in(self, form: forms.BaseForm, newer: NewerEdition, values: Mapping[str, object]) -> None:
        """The same, in the words of a form's fields."""
        labels = {name: str(field.label or name.replace("_", " ").capitalize()) for name, field in form.fields.items()}
        self.give_way(newer, values, labels, lambda name, value: _word(form.fields.get(name), value))

    def status(self, form: forms.BaseForm | None = None) -> int:
        """What the page answers with."""
        return CONFLICT if self.newer else UNREADABLE if form and form.errors else 200

    def _seal(self, values: Mapping[str, object]) -> str:
        return seal_edition(values, person_id=self._person_id, page=self._page)


def _word(field: forms.Field | None, value: str) -> str:
    if isinstance(field, forms.ChoiceField):
        words = {str(key): str(label) for key, label in list(field.choices)}  # type: ignore[arg-type]  # no groups
        return ", ".join(words.get(each, each) for each in value.split(", ")) if value else words.get("", "nothing")
    return value or "nothing"
