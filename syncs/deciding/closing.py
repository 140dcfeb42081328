"""An owner closes a usage month, or opens it again. What was not billed of it stays shown."""

from __future__ import annotations

import datetime as dt

from core.audit import Actor, record
from money.periods import period_label
from programs.models import Program
from syncs.errors import SyncRefused
from syncs.facts.closings import load_closings
from syncs.models import MonthClosing, MonthTotal

_NOT_BILLED = {"held": "held", "not_mapped": "not mapped", "unknown": "unknown", "failed": "failed"}


def close_month(*, program: Program, month: dt.date, reason: str, actor: Actor) -> MonthClosing:
    """Close it until somebody opens it again, or a later invoice charges it. Raises ``SyncRefused``."""
    label, reason = period_label(f"{month:%Y-%m}"), reason.strip()
    if not reason:
        raise SyncRefused("Say why the month is closed.")
    stored = MonthTotal.objects.filter(program=program, month=month, proved_at__isnull=False).first()
    if stored is None:
        raise SyncRefused(f"No sync has proved {label} yet, so there is nothing to close.")
    if month in load_closings(program):
        raise SyncRefused(f"{label} is closed already.")
    record(actor, "month.closed", f"{label} of {program.name} closed: {reason}. {_left_of(stored)}")
    return _note(program, month, actor, closes=True, reason=reason)


def open_month(*, program: Program, month: dt.date, reason: str = "", actor: Actor) -> MonthClosing:
    """Open again what an owner closed. Raises ``SyncRefused``."""
    label, reason = period_label(f"{month:%Y-%m}"), reason.strip()
    if month not in load_closings(program):
        raise SyncRefused(f"Nobody has closed {label}.")
    record(actor, "month.opened", f"{label} of {program.name} opened again{f': {reason}' if reason else ''}")
    return _note(program, month, actor, closes=False, reason=reason)


def _note(program: Program, month: dt.date, actor: Actor, *, closes: bool, reason: str) -> MonthClosing:
    return MonthClosing.objects.create(
        program=program, month=month, closes=closes, reason=reason, by_id=actor.user_id, by_name=actor.name
    )


def _left_of(stored: MonthTotal) -> str:
    """What of the month is billed to nobody, in words."""
    buckets = stored.account["buckets"]
    left = [f"{word} {buckets[name][1]}" for name, word in _NOT_BILLED.items() if name in stored.account["occurs"]]
    return f"Not billed: {', '.join(left)} {stored.account['currency']}" if left else "Nothing of it waits"
