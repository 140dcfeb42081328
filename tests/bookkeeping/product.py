"""The one place where tests of planning name the product: where a module moves, this file follows.

What decides is the real code: how a row is classified, what is planned, when a plan must wait.
"""

from __future__ import annotations

from connectors.prism.wording import cadence_of
from connectors.records import Cadence, InvoiceRow, LineValues, Template, TemplateLine
from invoices.classifying import (
    NO_CUSTOMER,
    NO_MOTION,
    NO_SUBSCRIPTION,
    Amount,
    Verdict,
    classify,
    find_prorations,
)
from invoices.models import Kind
from programs.models import Motion
from syncs.models.lines import LineState, PartRole, PartState
from syncs.models.runs import Action
from syncs.planning.amounts import (
    Money,
    NotBillable,
    current_level,
    split_period,
    split_rest,
    times,
    unit_of_row,
)
from syncs.planning.billing import plan_billing
from syncs.planning.facts import (
    ChargeFact,
    Choice,
    MappingFact,
    MappingFacts,
    OwnLine,
    PeriodFact,
    Posted,
    PostedPart,
    ProductFact,
    Rules,
)
from syncs.planning.fingerprints import charges_digest
from syncs.planning.guard import Upheaval, guard_reason
from syncs.planning.holds import CHOICES
from syncs.planning.marks import find_mark, line_mark, with_mark
from syncs.planning.periods import month_after, period_label
from syncs.planning.present import values_of
from syncs.planning.products import (
    ProductChange,
    ProductPlan,
    ProductRules,
    SourceItem,
    TargetItem,
    plan_products,
    product_name,
)
from syncs.planning.results import Hold, Note, Plan, PlannedChange, PlannedPart, PlannedPosting

__all__ = [
    "CHOICES",
    "NO_CUSTOMER",
    "NO_MOTION",
    "NO_SUBSCRIPTION",
    "Action",
    "Amount",
    "Cadence",
    "ChargeFact",
    "Choice",
    "Hold",
    "InvoiceRow",
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
    "PlannedPart",
    "PlannedPosting",
    "Posted",
    "PostedPart",
    "ProductChange",
    "ProductFact",
    "ProductPlan",
    "ProductRules",
    "Rules",
    "SourceItem",
    "TargetItem",
    "Template",
    "TemplateLine",
    "Upheaval",
    "Verdict",
    "cadence_of",
    "charges_digest",
    "classify",
    "current_level",
    "find_mark",
    "find_prorations",
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
