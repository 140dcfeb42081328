"""Runs and their ledger, what we keep in the target, and what waits for a person."""

from syncs.models.lines import Line, LineState, Part, PartRole, PartState, Posting
from syncs.models.review import Decision, Finding, Severity
from syncs.models.runs import (
    ACTIVE_STATES,
    LONG_COLUMNS,
    Action,
    Change,
    ChangeState,
    Run,
    RunKind,
    RunState,
    RunStatus,
    RunTemplate,
)
from syncs.models.totals import MonthTotal

__all__ = [
    "ACTIVE_STATES",
    "LONG_COLUMNS",
    "Action",
    "Change",
    "ChangeState",
    "Decision",
    "Finding",
    "Line",
    "LineState",
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
