"""Filters of the product list."""

from __future__ import annotations

import django_filters as filters
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Round

from connectors.records import Cadence
from portal.kit.filters import PickFilter, SearchFilter
from products.models import Product
from products.selectors import product_contains

WITHDRAWN_WORDS = "No longer in the price list"
FROM_INVOICE_WORDS = "Not in the price list"  # made from what an invoice says
LINKED, NOT_LINKED, DIFFERS, WITHDRAWN, FROM_INVOICE, AMBIGUOUS, GONE, DETACHED = (
    "linked",
    "not_linked",
    "differs",
    "withdrawn",
    "from_invoice",
    "ambiguous",
    "gone",
    "detached",
)
STATES = (
    (LINKED, "In the target"),
    (NOT_LINKED, "Not in the target"),
    (DIFFERS, "Price differs"),
    (WITHDRAWN, WITHDRAWN_WORDS),
    (FROM_INVOICE, f"{FROM_INVOICE_WORDS}: made from an invoice"),
    (AMBIGUOUS, "More than once in the price list"),
    (GONE, "Deleted in the target"),
    (DETACHED, "Left alone by the sync"),
)
TYPES = ((Cadence.MONTHLY.value, "Monthly"), (Cadence.ANNUAL.value, "Annual"), (Cadence.USAGE.value, "Azure usage"))


class ProductFilter(filters.FilterSet):
    """By words, state and type. The rows come from ``products.selectors.list_products``."""

    q = SearchFilter()
    state = PickFilter(choices=STATES, method="by_state", label="State", empty_label="Any")
    type = PickFilter(choices=TYPES, field_name="cadence", label="Type", empty_label="Any")

    class Meta:
        model = Product
        fields = ("q", "state", "type")

    def by_words(self, rows: QuerySet[Product], _name: str, words: str) -> QuerySet[Product]:
        return rows.filter(product_contains(words))

    def by_state(self, rows: QuerySet[Product], _name: str, state: str) -> QuerySet[Product]:
        in_cents = {"cents_cost": Round("unit_cost", 2), "cents_retail": Round("unit_retail", 2)}
        conditions = {
            LINKED: Q(target_id_linked__isnull=False),
            NOT_LINKED: Q(target_id_linked__isnull=True),
            DIFFERS: Q(target_name__isnull=False) & ~Q(target_cost=F("cents_cost"), target_retail=F("cents_retail")),
            WITHDRAWN: Q(in_price_list=False) & ~Q(product_id=""),
            FROM_INVOICE: Q(in_price_list=False, product_id=""),
            AMBIGUOUS: Q(ambiguous=True),
            GONE: Q(target_gone=True),
            DETACHED: Q(detached=True),
        }
        return rows.alias(**in_cents).filter(conditions[state])
