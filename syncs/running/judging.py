"""What a run's counts and status say: what is new in it, and whether a write failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Count, QuerySet

from money.enums import Action, Severity
from syncs.deciding.findings import NOT_IMPORTED, SOURCE, open_findings
from syncs.enums import COUNT_NAMES, ChangeState, RunKind, RunState, RunStatus
from syncs.models import Finding, Run
from syncs.writing.repeats import HELD_AGAIN

WITHOUT_PRODUCT = "plan_without_product"  # in the counts of a preview: products that its lines would lack
Tally = Mapping[tuple[str, str], int]  # the changes of a run, by action and state
_COUNTED_AS = {
    Action.ADD_LINE: "created",
    Action.CREATE_PRODUCT: "created",
    Action.CHANGE_LINE: "updated",
    Action.UPDATE_PRICES: "updated",
    Action.ADOPT_PRODUCT: "updated",
    Action.REMOVE_LINE: "removed",
    Action.KEEP: "unchanged",
}


def tally_changes(run: Run) -> Tally:
    """How many changes a run has of each action in each state. One query."""
    rows = run.changes.order_by().values_list("action", "state").annotate(number=Count("pk"))
    return {(action, state): number for action, state, number in rows}


def any_in(tally: Tally, state: ChangeState) -> bool:
    """Whether any change is in that state."""
    return any(each == state for _, each in tally)


def count_changes(run: Run, tally: Tally) -> dict[str, int]:
    """Counts of a run as the field's words; planned changes count by what they would do."""
    counts = dict.fromkeys(COUNT_NAMES, 0)
    for name in ("unchanged", "skipped", "failed"):
        counts[name] = run.counts.get(f"plan_{name}", 0)
    counts["held"] = run.counts.get(HELD_AGAIN, 0)
    for (action, state), number in tally.items():
        if state in (ChangeState.HELD, ChangeState.FAILED):
            counts[str(state)] += number
        elif state == ChangeState.DONE or (run.preview and state == ChangeState.PLANNED):
            counts[_COUNTED_AS[Action(action)]] += number
        elif state == ChangeState.PLANNED:
            counts["held"] += number
        elif state == ChangeState.SKIPPED:
            counts["skipped"] += number
    return counts | {k: v for k, v in run.counts.items() if k.startswith("plan_")}


def judge(run: Run, state: RunState, news: Sequence[Finding], tally: Tally) -> RunStatus:
    """A run speaks of what is new in it; a write that fails speaks up every time."""
    severities = {finding.severity for finding in news}
    if any_in(tally, ChangeState.FAILED) or Severity.ERROR in severities or _not_imported(run).exists():
        return RunStatus.ERROR
    if Severity.WARNING in severities or run.counts.get(WITHOUT_PRODUCT):
        return RunStatus.WARNING
    if state is RunState.WAITING and not _said_before(run):
        return RunStatus.WARNING
    wrote = ChangeState.PLANNED if run.preview else ChangeState.DONE
    changed = any(each == wrote and action != Action.KEEP for action, each in tally)
    return RunStatus.SUCCESS if changed else RunStatus.NO_CHANGE


def _not_imported(run: Run) -> QuerySet[Finding]:
    """Invoices that the run before it in the same full sync could not import: nothing of them is planned here."""
    if run.kind != RunKind.BILLING or run.after_id is None:
        return Finding.objects.none()
    return Finding.objects.filter(first_run=run.after_id, run_kind=SOURCE, code=NOT_IMPORTED, closed_at=None)


def _said_before(run: Run) -> bool:
    """The same plan waited already when this run began."""
    earlier = _waiting_before(run)
    return earlier is not None and _plan_key(earlier) == _plan_key(run)


def _waiting_before(run: Run) -> Run | None:
    return (
        Run.objects.filter(program=run.program_id, kind=run.kind, state=RunState.WAITING)
        .exclude(pk=run.pk)
        .order_by("-pk")
        .first()
    )


def _plan_key(run: Run) -> list[tuple[object, ...]]:
    planned = run.changes.filter(state=ChangeState.PLANNED)
    return sorted(
        planned.values_list("action", "template_id", "mark", "retail", "cost"),
        key=lambda row: [str(value) for value in row],
    )


def and_more(number: int) -> str:
    """What stands in the place of so many notes."""
    return f"and {number} more of the kind"


def messages_of(run: Run, news: Sequence[Finding]) -> list[str]:
    """What the run has to say, new things first; what still waits is counted."""
    said = [finding.text for finding in news if finding.severity != Severity.INFO]
    said += _not_imported(run).order_by("pk").values_list("text", flat=True)
    info = [finding for finding in news if finding.severity == Severity.INFO]
    said += [finding.text for finding in info[:5]]
    if len(info) > 5:
        said.append(and_more(len(info) - 5))
    waiting = len(open_findings(run)) - len([f for f in news if f.last_run_id == run.pk])
    if waiting > 0:
        said.append(f"{waiting} reported before and still waiting")
    if run.waiting_for:
        said.insert(0, f"The plan waits for a person: {run.waiting_for}")
    return said
