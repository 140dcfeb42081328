"""The kinds of things that wait, as the inbox is filtered by."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from money.enums import Chosen, Question
from money.holds import CHOICES


@dataclass(frozen=True, slots=True)
class ItemKind:
    """One kind: by what a person decides about (``subjects``), or by what is said (``codes``)."""

    label: str
    subjects: tuple[Question, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def finds(self) -> bool:
        """False for what is shown by itself and not by findings."""
        return bool(self.subjects or self.codes)

    @property
    def findings(self) -> Q:
        """Which findings are of this kind."""
        found = Q(code__in=self.codes)
        for subject in self.subjects:
            found |= Q(subject__startswith=f"{subject}:")
        return found

    @property
    def choices(self) -> tuple[str, ...]:
        """The answers that can be given to many of them at once: adopting needs a line each."""
        first = CHOICES[self.subjects[0]] if self.subjects else ()
        return tuple(choice for choice in first if choice != Chosen.ADOPT)


@dataclass(frozen=True, slots=True)
class Rest(ItemKind):
    """Whatever is of no other kind."""

    others: tuple[ItemKind, ...] = ()

    @property
    def finds(self) -> bool:
        """Whatever is left."""
        return True

    @property
    def findings(self) -> Q:
        """None of the others."""
        found = Q()
        for kind in self.others:
            if kind.finds:
                found |= kind.findings
        return ~found


CUSTOMERS, ROWS, PLANS, INVOICES, OTHER = "customers", "rows", "plans", "invoices", "other"
KINDS: dict[str, ItemKind] = {
    PLANS: ItemKind("Plans that wait"),
    INVOICES: ItemKind("Overlapping invoices"),
    "credits": ItemKind("Credits", subjects=(Question.CREDIT,)),
    "conflicts": ItemKind("Already on the template", subjects=(Question.CONFLICT,)),
    "unbilled": ItemKind("Not billed yet", subjects=(Question.CATCH_UP,)),
    "amounts": ItemKind(
        "Amounts that no line can carry",
        subjects=(Question.QUANTITY, Question.ADJUSTMENT, Question.USAGE, Question.CHARGE),
    ),
    "gone": ItemKind("Lines that are gone", subjects=(Question.LOST,)),
    "unproven": ItemKind("Lines that no invoice shows", subjects=(Question.UNPROVEN,)),
    "left_behind": ItemKind("Lines left behind", subjects=(Question.LEFT_BEHIND,)),
    "older": ItemKind("Older months", subjects=(Question.OLDER,)),
    CUSTOMERS: ItemKind("Customers not mapped"),
    ROWS: ItemKind("Unknown rows", subjects=(Question.UNKNOWN,)),
    "products": ItemKind("Products", codes=("product", "legacy_product", "ambiguous_price", "no_product")),
    "failed": ItemKind("Failed", codes=("failed", "run", "import", "source", "unbalanced")),
    "templates": ItemKind(
        "Invoice templates",
        codes=("paused", "ran_early", "template_gone", "template_moved", "customer_gone", "currency"),
    ),
    "prices": ItemKind("Price changes", codes=("price_changed",)),
}
KINDS[OTHER] = Rest("Other", others=tuple(KINDS.values()))
