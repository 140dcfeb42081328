"""Runs and their ledger, what we keep in the target, and what waits for a person."""

from money.enums import Action, LineState, PartRole, PartState, Severity
from syncs.enums import ACTIVE_STATES, ChangeState, RunKind, RunState, RunStatus
from syncs.models.lines import BilledRun, Line, Part, Posting
from syncs.models.review import Decision, Finding
from syncs.models.runs import LONG_COLUMNS, Change, Run, RunTemplate
from syncs.models.totals import MonthClosing, MonthTotal

__all__ = [
    "ACTIVE_STATES",
    "LONG_COLUMNS",
    "Action",
    "BilledRun",
    "Change",
    "ChangeState",
    "Decision",
    "Finding",
    "Line",
    "LineState",
    "MonthClosing",
    "MonthTotal",
    "Part",
    "PartRole",
    "PartState",
    "Posting",
    "Run",
    "RunKind",
    "RunState",
    "RunStatus",
    "RunTemplate",
    "Severity",
]
