"""One customer of a program: where its charges go, what they came to, what waits, and what was done about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from core.audit import entries_about
from core.enums import About
from core.models import AuditEntry
from customers.models import Customer, Mapping
from customers.selectors import mappings_of
from money.enums import Motion
from programs.models import Program
from programs.selectors import source_currency
from reports.inbox import decidable
from reports.inbox_items import InboxItem, items_of
from reports.run import changes_worth_telling
from reports.spending import Charges, monthly_charges
from reports.template_lines import ForeignLine, TemplatePlace, foreign_lines, template_places
from syncs.models import Change, Line

MOST_WAITING = 20  # items
MOST_ENTRIES = 20  # of the audit log
MAPPING_ACTIONS = ("mapping.made", "mapping.changed", "mapping.removed", "mapping.sync")


@dataclass(frozen=True, slots=True)
class MappingHistory:
    """The newest entries, and whether there are ``more``."""

    entries: list[AuditEntry]
    more: bool


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """All that is known of a customer. ``lines`` and ``changes`` are read when a page of them is cut.

    ``places`` are the invoice templates that its mappings and our lines name, by the target's id; ``foreign``
    are the lines on the mapped ones that are none of ours.
    """

    customer: Customer
    currency: str
    mappings: list[tuple[Motion, Mapping | None]]  # of every motion
    charges: Charges | None  # of 13 months; None without any
    lines: QuerySet[Line]  # ours, those that stand first
    places: dict[str, TemplatePlace]
    foreign: list[ForeignLine]
    waiting: list[InboxItem]
    changes: QuerySet[Change]
    history: MappingHistory

    @property
    def synced(self) -> bool:
        """Whether any mapping of it syncs."""
        return any(mapping is not None and mapping.sync_on for _, mapping in self.mappings)


def read_customer(program: Program, customer: Customer, programs: Sequence[Program], today: dt.date) -> CustomerPage:
    """The customer as the program sees it; ``programs`` are all of the partner, which may have asked too."""
    mapped = {mapping.motion: mapping for mapping in mappings_of(program, [customer.pk])}
    ids = {mapping.template.external_id for mapping in mapped.values()}
    lines = Line.objects.filter(customer=customer, program=program)
    places = template_places(program, Q(external_id__in=ids), Q(external_id__in=lines.values("template_id")))
    return CustomerPage(
        customer=customer,
        currency=source_currency(program),
        mappings=[(motion, mapped.get(motion.value)) for motion in Motion],
        charges=monthly_charges(program, customer, today),
        lines=lines.select_related("product").order_by("state", "-written_at", "pk"),
        places=places,
        foreign=foreign_lines(program, (place for number, place in places.items() if number in ids)),
        waiting=items_of(list(decidable().filter(customer=customer)[:MOST_WAITING]), programs),
        changes=changes_worth_telling(program, Change.objects.filter(customer=customer)),
        history=mapping_history(customer),
    )


def mapping_history(customer: Customer) -> MappingHistory:
    """What people did with its mappings. One query."""
    entries = list(entries_about(About.CUSTOMER, customer.pk, MAPPING_ACTIONS)[: MOST_ENTRIES + 1])
    return MappingHistory(entries[:MOST_ENTRIES], len(entries) > MOST_ENTRIES)
