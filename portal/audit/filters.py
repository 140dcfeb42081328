"""Filters of the pages that look over all apps."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from accounts.selectors import list_members
from core.audit import COMMAND, SCHEDULER
from core.models import AuditEntry
from core.searching import ids_matching
from portal.kit.filters import PickFilter, SearchFilter

# What an entry is about: the word for people, and the actions.
SUBJECTS = {
    "connection": ("Connections", ("currency", "named", "removed", "replaced", "stored", "tested")),
    "target": ("Requests of targets", ("enabled", "requested")),
    "program": ("Program settings", ("restored", "saved")),
    "mapping": ("Mappings", ("batch", "changed", "made", "removed", "sync")),
    "product": ("Products", ("adopted", "detached", "followed")),
    "invoice": ("Invoices", ("decided", "undecided")),
    "item": ("Answers in the inbox", ("decided", "reason", "undone")),
    "month": ("Months", ("closed", "opened")),
    "warning": ("Warnings", ("seen", "unseen")),
    "plan": ("Plans", ("applied", "discarded")),
    "run": ("Runs", ("cancelled", "retried", "taken_over")),
    "member": ("People", ("added", "emails", "invitation_withdrawn", "invited", "removed", "role", "sessions_ended")),
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
    "partner": ("The partner", ("changed", "created")),
}


def _day(label: str, method: str) -> filters.DateFilter:
    return filters.DateFilter(method=method, label=label, widget=forms.DateInput(attrs={"type": "date"}))


class AuditFilter(filters.FilterSet):
    """By words, who acted, what about, and the days from and to which, in the reader's time zone."""

    q = SearchFilter()
    person = PickFilter(field_name="actor_name", label="Who", empty_label="Anybody")
    action = PickFilter(
        choices=[(name, words) for name, (words, _) in SUBJECTS.items()],
        method="by_subject",
        label="About",
        empty_label="Anything",
    )
    since = _day("From", "from_day")
    until = _day("To", "to_day")

    class Meta:
        model = AuditEntry
        fields = ("q", "person", "action", "since", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [str(email) for email in list_members().values_list("user__email", flat=True)]
        names += [SCHEDULER.name, COMMAND.name]
        asked = self.data.get("person", "").replace("\0", "")  # who left is found by an address with the name in it
        self.filters["person"].extra["choices"] = [(name, name) for name in dict.fromkeys([*names, asked]) if name]

    def by_words(self, rows: QuerySet[AuditEntry], _name: str, words: str) -> QuerySet[AuditEntry]:
        return rows.filter(pk__in=ids_matching("matching_audit", words))

    def by_subject(self, rows: QuerySet[AuditEntry], _name: str, subject: str) -> QuerySet[AuditEntry]:
        return rows.filter(action__in=[f"{subject}.{what}" for what in SUBJECTS[subject][1]])  # LIKE has no index here

    def from_day(self, rows: QuerySet[AuditEntry], _name: str, day: dt.date) -> QuerySet[AuditEntry]:
        return rows.filter(at__gte=_midnight(day))

    def to_day(self, rows: QuerySet[AuditEntry], _name: str, day: dt.date) -> QuerySet[AuditEntry]:
        return rows if day == dt.date.max else rows.filter(at__lt=_midnight(day + dt.timedelta(days=1)))


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
