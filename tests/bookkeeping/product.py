"""The one place where tests of planning name the product: where a module moves, this file follows.

What decides is the real code: how a row is classified, what is planned, when a plan must wait.
"""

from __future__ import annotations

from connectors.prism.wording import cadence_of
from connectors.records import Cadence, Interval, InvoiceRow, InvoiceTemplate, LineValues, TemplateLine
from money.amounts import NotBillable, times, unit_of_row
from money.classifying import NO_CUSTOMER, NO_MOTION, NO_SUBSCRIPTION, Amount, Classified, classify, find_prorations
from money.enums import Action, Because, Kind, LineState, Motion, PartRole, PartState, Style
from money.facts import (
    ChargeFact,
    Choice,
    MappingFact,
    MappingFacts,
    OwnLine,
    PeriodFact,
    Posted,
    PostingPart,
    ProductFact,
    Rules,
)
from money.fingerprints import charges_digest
from money.guard import Upheaval, guard_reason
from money.holds import CHOICES
from money.marks import find_mark, line_mark, with_mark
from money.periods import month_after, period_label
from money.plan import Hold, Note, Plan, PlannedChange, PlannedPosting
from money.planning import plan_billing
from money.present import values_of
from money.products import ProductChange, ProductPlan, ProductRules, SourceItem, TargetItem, plan_products, product_name
from money.steps import STEPS, go_through
from money.steps.amounts import Amounts, Terms
from money.steps.current import current_level
from money.steps.proration import split_period, split_rest
from money.words import Money

__all__ = [
    "CHOICES",
    "NO_CUSTOMER",
    "NO_MOTION",
    "NO_SUBSCRIPTION",
    "STEPS",
    "Action",
    "Amount",
    "Amounts",
    "Because",
    "Cadence",
    "ChargeFact",
    "Choice",
    "Classified",
    "Hold",
    "Interval",
    "InvoiceRow",
    "InvoiceTemplate",
    "Kind",
    "LineState",
    "LineValues",
    "MappingFact",
    "MappingFacts",
    "Money",
    "Motion",
    "NotBillable",
    "Note",
    "OwnLine",
    "PartRole",
    "PartState",
    "PeriodFact",
    "Plan",
    "PlannedChange",
    "PlannedPosting",
    "Posted",
    "PostingPart",
    "ProductChange",
    "ProductFact",
    "ProductPlan",
    "ProductRules",
    "Rules",
    "SourceItem",
    "Style",
    "TargetItem",
    "TemplateLine",
    "Terms",
    "Upheaval",
    "cadence_of",
    "charges_digest",
    "classify",
    "current_level",
    "find_mark",
    "find_prorations",
    "go_through",
    "guard_reason",
    "line_mark",
    "month_after",
    "period_label",
    "plan_billing",
    "plan_products",
    "product_name",
    "split_period",
    "split_rest",
    "times",
    "unit_of_row",
    "values_of",
    "with_mark",
]
