"""How a partner's audit is narrowed."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.selectors import list_members
from core.audit import COMMAND, SCHEDULER
from core.models import AuditEntry
from core.searching import ids_matching
from portal.kit.deeds import SIGN_IN, DeedFilter
from portal.kit.filters import PickFilter, SearchFilter


class AuditFilter(DeedFilter):
    """By words, who acted, what about, and the days from and to which, in the reader's time zone."""

    subjects = {
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
        "run": ("Runs", ("alone", "cancelled", "retried", "taken_over")),
        "member": (
            "People",
            ("added", "emails", "invitation_withdrawn", "invited", "removed", "role", "sessions_ended"),
        ),
        **SIGN_IN,
        "partner": ("The partner", ("changed", "created")),
    }

    q = SearchFilter()
    person = PickFilter(field_name="actor_name", label="Who", empty_label="Anybody")

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
