"""The one place where tests of planning name the product: where a module moves, this file follows.

What decides is the real code: how a row is classified, what is planned, when a plan must wait.
"""

from __future__ import annotations

from connectors.prism.wording import cadence_of, cadence_of_row, months_of_term
from connectors.records import Cadence, Interval, InvoiceRow, InvoiceTemplate, LineValues, TemplateLine, id_order
from money.amounts import NotBillable, times, unit_of_row
from money.classifying import (
    NO_CUSTOMER,
    NO_SUBSCRIPTION,
    SPOILT_SUBSCRIPTION,
    Classified,
    classify,
    days_of_row,
    is_negative,
    own_kind,
)
from money.days import Days, covers_cycle, days_of, is_part_of_month, is_whole
from money.enums import Action, Because, Chosen, Kind, LineState, Motion, MotionCause, PartRole, PartState, Style
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
    RunAhead,
)
from money.fingerprints import charges_digest
from money.holds import CHOICES, month_of_subject
from money.marks import find_mark, line_mark, with_mark
from money.month.ahead import begins_with, mark_ahead
from money.month.guard import Upheaval, guard_reason, hold_of_removals, hold_removals
from money.month.levels import current_level, tell_current
from money.month.months import Charged, Holder, MonthCharges, Months, months_since, read_months
from money.month.unfinished import note_not_invoiced, note_of_removals
from money.overlaps import Meeting, RowSeen, is_issued_again, repeated_rows, reverses
from money.periods import month_after, period_label, period_of
from money.plan import Hold, Note, Plan, PlannedChange, PlannedPosting
from money.planning import plan_billing
from money.present import values_of
from money.products import ProductChange, ProductPlan, ProductRules, SourceItem, TargetItem, plan_products, product_name
from money.recognising import NO_MOTION, UNREADABLE_CYCLE, Background, EarlierCharge, evidence_of
from money.rows.grouping import GroupFate, RowGroup, group_rows, join_waiting
from money.rows.grouping import Member as GroupMember
from money.rows.owners import Stay, whose_row
from money.rows.together import RowAlone, RowTogether, join_later, put_together
from money.steps import STEPS, go_through
from money.steps.amounts import Amounts, Terms
from money.steps.proration import OpenRest, split_period, split_rest
from money.words import Money, from_cents

__all__ = [
    "CHOICES",
    "NO_CUSTOMER",
    "NO_MOTION",
    "NO_SUBSCRIPTION",
    "SPOILT_SUBSCRIPTION",
    "STEPS",
    "UNREADABLE_CYCLE",
    "Action",
    "Amounts",
    "Background",
    "Because",
    "Cadence",
    "ChargeFact",
    "Charged",
    "Choice",
    "Chosen",
    "Classified",
    "Days",
    "EarlierCharge",
    "GroupFate",
    "GroupMember",
    "Hold",
    "Holder",
    "Interval",
    "InvoiceRow",
    "InvoiceTemplate",
    "Kind",
    "LineState",
    "LineValues",
    "MappingFact",
    "MappingFacts",
    "Meeting",
    "Money",
    "MonthCharges",
    "Months",
    "Motion",
    "MotionCause",
    "NotBillable",
    "Note",
    "OpenRest",
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
    "RowAlone",
    "RowGroup",
    "RowSeen",
    "RowTogether",
    "Rules",
    "RunAhead",
    "SourceItem",
    "Stay",
    "Style",
    "TargetItem",
    "TemplateLine",
    "Terms",
    "Upheaval",
    "begins_with",
    "cadence_of",
    "cadence_of_row",
    "charges_digest",
    "classify",
    "covers_cycle",
    "current_level",
    "days_of",
    "days_of_row",
    "evidence_of",
    "find_mark",
    "from_cents",
    "go_through",
    "group_rows",
    "guard_reason",
    "hold_of_removals",
    "hold_removals",
    "id_order",
    "is_issued_again",
    "is_negative",
    "is_part_of_month",
    "is_whole",
    "join_later",
    "join_waiting",
    "line_mark",
    "mark_ahead",
    "month_after",
    "month_of_subject",
    "months_of_term",
    "months_since",
    "note_not_invoiced",
    "note_of_removals",
    "own_kind",
    "period_label",
    "period_of",
    "plan_billing",
    "plan_products",
    "product_name",
    "put_together",
    "read_months",
    "repeated_rows",
    "reverses",
    "split_period",
    "split_rest",
    "tell_current",
    "times",
    "unit_of_row",
    "values_of",
    "whose_row",
    "with_mark",
]
