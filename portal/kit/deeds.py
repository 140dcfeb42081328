"""What audits are narrowed by: the subject of a deed, and the days from and to which it was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from portal.kit.filters import PickFilter

# By the first word of an action: what people call it, and the rest of each action.
Subjects = Mapping[str, tuple[str, tuple[str, ...]]]

SIGN_IN: Subjects = {
    "signin": (
        "Sign-in",
        (
            "confirmed",
            "factor_added",
            "factor_removed",
            "failed",
            "locked_out",
            "new_address",
            "new_password",
            "second_factor",
            "second_factor_failed",
            "signed_in",
            "signed_out",
        ),
    ),
}


def _day(label: str, method: str) -> filters.DateFilter:
    return filters.DateFilter(method=method, label=label, widget=forms.DateInput(attrs={"type": "date"}))


class DeedFilter(filters.FilterSet):
    """By what a deed is about and when it was done, in the reader's time zone."""

    subjects: ClassVar[Subjects] = {}

    action = PickFilter(method="by_subject", label="About", empty_label="Anything")
    since = _day("From", "from_day")
    until = _day("To", "to_day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["action"].extra["choices"] = [(name, words) for name, (words, _) in self.subjects.items()]

    def by_subject(self, rows: QuerySet[Any], _name: str, subject: str) -> QuerySet[Any]:
        actions = [f"{subject}.{what}" for what in self.subjects[subject][1]]  # LIKE has no index here
        return rows.filter(action__in=actions)

    def from_day(self, rows: QuerySet[Any], _name: str, day: dt.date) -> QuerySet[Any]:
        return rows.filter(at__gte=_midnight(day))

    def to_day(self, rows: QuerySet[Any], _name: str, day: dt.date) -> QuerySet[Any]:
        return rows if day == dt.date.max else rows.filter(at__lt=_midnight(day + dt.timedelta(days=1)))


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
