"""What people did with a customer's mappings, from the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from core.models import AuditEntry
from core.searching import ids_matching
from customers.models import Customer

ACTIONS = ("mapping.made", "mapping.changed", "mapping.removed", "mapping.sync")
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class MappingHistory:
    """The newest entries; ``namesakes`` other customers have the same name, and their entries are among them."""

    entries: list[AuditEntry]
    namesakes: int
    more: bool


def mapping_history(customer: Customer) -> MappingHistory:
    """Entries that name the customer. Two queries."""
    said = f"{customer.name} / "
    named = Q(text__startswith=said) | Q(text__startswith=f"Sync of {said}")
    found = AuditEntry.objects.filter(named, action__in=ACTIONS, pk__in=ids_matching("matching_audit", said.strip()))
    entries = list(found[: MOST_SHOWN + 1])
    namesakes = Customer.objects.filter(name=customer.name).exclude(pk=customer.pk).count()
    return MappingHistory(entries[:MOST_SHOWN], namesakes, len(entries) > MOST_SHOWN)
