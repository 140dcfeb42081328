"""How far a run has come, and how long it still takes. Call inside the partner's scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Min, Q
from django.utils import timezone

from connections.limits import seconds_per_call
from connectors.registry import SYSTEMS
from money.enums import Action
from reports.at_work import AtWork, read_at_work
from reports.overview import counts_of
from syncs.enums import ACTIVE_STATES, ChangeState, RunKind, RunState
from syncs.models import Run

READ_SOURCE, READ_TARGET, PLAN, WRITE, VERIFY = "Read the source", "Read the target", "Plan", "Write", "Verify"
READ_ALONE = "Read what it is about"
FIRST = "Sync products"  # of a billing run that waits for a product sync of the same press
PACE_IS_KNOWN = 5  # writes, after which the pace so far tells more than the limit alone
_PLACES = {RunState.PLANNING: PLAN, RunState.APPLYING: WRITE, RunState.SETTLING: WRITE, RunState.VERIFYING: VERIFY}


@dataclass(frozen=True, slots=True)
class RunStep:
    """One step of a run: ``done``, ``now`` or ``next``."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class RunProgress:
    """Where a run stands; durations in seconds."""

    run: Run
    active: bool
    steps: list[RunStep]  # none once it is over
    told: int  # grows with what is written; 0 before the plan is made
    waiting: bool  # for Apply or Discard
    counts: list[tuple[str, int]]
    waits_for: float  # until it goes on
    seconds: float  # that it has taken
    left: float | None  # None: nothing tells how long it takes
    calls: list[str]  # "Label: 86 GET, 160 POST"
    at_work: AtWork


def read_progress(run: Run, now: dt.datetime) -> RunProgress:
    """Of one of ``listed_runs``. Four queries while it writes."""
    at_work = read_at_work(run, now)
    active = run.state in ACTIVE_STATES
    ended, started = run.finished_at or now, run.started_at or run.created_at
    return RunProgress(
        run=run,
        active=active,
        steps=_steps_of(run) if active else [],
        told=run.done + 1 if _has_plan(run) else 0,
        waiting=run.state == RunState.WAITING and not run.preview,
        counts=counts_of(run),
        waits_for=max(0.0, (run.resume_at - now).total_seconds()) if run.resume_at else 0.0,
        seconds=(ended - started).total_seconds(),
        left=None if at_work.stuck else _seconds_left(run, now),
        calls=[_calls_of(system, calls) for system, calls in run.api_calls.items()],
        at_work=at_work,
    )


def _calls_of(system: str, calls: Mapping[str, int]) -> str:
    label = SYSTEMS[system].label if system in SYSTEMS else system
    return f"{label}: {', '.join(f'{number:,} {method}' for method, number in calls.items())}"


def _steps_of(run: Run) -> list[RunStep]:
    """All steps of a run that is under way, and where it is."""
    source_read = bool(getattr(run, "source_read", None)) or run.after_id is not None
    alone = getattr(run, "retry_of", None) is not None or getattr(run, "customer_alone", None) is not None
    names = _step_names(run, alone=alone)
    here = _place(run, names, source_read=source_read)
    steps = [
        RunStep(name, "done" if place < here else "now" if place == here else "next")
        for place, name in enumerate(names)
    ]
    first = run.after
    return steps if first is None else [RunStep(FIRST, "now" if first.state in ACTIVE_STATES else "done"), *steps]


def _step_names(run: Run, *, alone: bool) -> list[str]:
    names = [READ_ALONE, PLAN] if alone else [READ_SOURCE, READ_TARGET, PLAN]
    if not run.preview:
        names.append(WRITE)
        if run.kind == RunKind.BILLING:
            names.append(VERIFY)
    return names


def _place(run: Run, names: list[str], *, source_read: bool) -> int:
    """Of the step at hand; -1 before the first."""
    if run.state == RunState.QUEUED:
        return -1
    if run.state == RunState.READING:
        return min(int(source_read), names.index(PLAN) - 1)
    name = _PLACES.get(RunState(run.state), PLAN)
    return names.index(name) if name in names else len(names)


def _seconds_left(run: Run, now: dt.datetime) -> float | None:
    """Until all is written and verified: by the calls that are planned and the vendor's limit, or the pace so far.

    None while nothing is planned yet, or nothing tells how long it takes.
    """
    if run.state not in ACTIVE_STATES or not _has_plan(run):
        return None
    known = [each for each in (_by_limit(run), _by_pace(run, now)) if each is not None]
    return max(known, default=None)


def _has_plan(run: Run) -> bool:
    """True once the plan is made."""
    return run.state not in (RunState.QUEUED, RunState.READING, RunState.PLANNING)


def _by_limit(run: Run) -> float | None:
    spacing = seconds_per_call(run.program.target.system)
    return _calls_left(run) * spacing if spacing else None


def _calls_left(run: Run) -> int:
    """A change is one call, a price two; each template is read before its first write and after its last."""
    planned = run.changes.filter(state=ChangeState.PLANNED)
    left = planned.aggregate(all=Count("pk"), prices=Count("pk", filter=Q(action=Action.UPDATE_PRICES)))
    reads = run.templates.aggregate(
        before=Count("pk", filter=Q(read_at=None)), after=Count("pk", filter=Q(verified_at=None))
    )
    return int(left["all"] + left["prices"] + reads["before"] + reads["after"])


def _by_pace(run: Run, now: dt.datetime) -> float | None:
    if run.done < PACE_IS_KNOWN:
        return None
    began = run.changes.aggregate(first=Min("sent_at"))["first"]
    if began is None:
        return None
    return float((now - began).total_seconds() / run.done * max(0, run.total - run.done))


def run_seconds(run: Run) -> float:
    """How long the run took, or has taken so far."""
    if run.started_at is None:
        return 0.0
    return round(((run.finished_at or timezone.now()) - run.started_at).total_seconds(), 1)
