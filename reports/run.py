"""A run: what it reported, and its changes as a bookkeeper reads them, old and new beside each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, When
from django.db.models.fields.json import KT, KeyTransform

from connectors.registry import get_target
from invoices.models import Charge
from money.enums import Action, Severity
from money.words import ZERO
from programs.models import Program
from programs.selectors import source_currency
from syncs.enums import ChangeState
from syncs.models import Change, Finding, Run
from syncs.proving.accounts import BUCKETS

MOST_LOUD, MOST_QUIET = 200, 100  # findings that are named
MOST_CHARGES = 200  # source rows of one change
WORTH_TELLING = ~Q(action=Action.KEEP) | Q(state=ChangeState.HELD)  # what was left as it was is no news
_LOUDNESS = Case(When(severity=Severity.ERROR, then=0), When(severity=Severity.WARNING, then=1), default=2)


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run came to. ``shown`` changes are worth telling, ``unchanged`` ones stay as they are.

    ``loud`` and ``quiet`` findings are those that the run was the first or the last to report.
    """

    currency: str
    shown: int
    unchanged: int
    failed: int  # that may be tried again
    loud: list[Finding]
    quiet: list[Finding]  # for information
    follower: Run | None  # the run that waited for this one
    month: str = ""  # the newest one, "2026-09", of which ``proved`` is
    proved: tuple[tuple[str, Decimal], ...] = ()  # by bucket in words, its retail as the run's end proved it


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """One change of a run, with the source rows that it comes from."""

    row: ChangeRow
    currency: str
    charges: QuerySet[Charge]
    target_url: str  # where a browser sees the product or template; "" for one that is not there yet


@dataclass(frozen=True, slots=True)
class Pair:
    """A value before and after; None where there is no line or product on that side."""

    old: Decimal | None
    new: Decimal | None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change with its pairs; totals are quantity x retail in currency units."""

    change: Change
    name: str
    one_time: bool
    quantity: Pair
    retail: Pair
    cost: Pair
    total: Pair


@dataclass(slots=True)
class GroupSum:
    """What the lines of one customer in a run come to, before and after; in currency units."""

    old: Decimal = ZERO
    new: Decimal = ZERO
    unchanged: int = 0  # lines that stay as they are

    @property
    def difference(self) -> Decimal:
        """What the customer is billed more, or less."""
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """The changes of one customer (or the products), in writing order; no sum for products."""

    title: str
    under: str  # tells two customers of one name apart
    customer_id: int | None
    rows: list[ChangeRow]
    sum: GroupSum | None = None


def listed_runs() -> QuerySet[Run]:
    """Runs as their page tells of them: ``source_read``, ``retry_of`` and others for the whole basis."""
    return Run.objects.defer("basis").annotate(
        source_read=KT("basis__source"),
        retry_of=KT("basis__retry__run"),
        retry_items=KT("basis__retry__items"),
        proved=KeyTransform("proved", "basis"),
    )


def read_run(run: Run) -> RunReport:
    """The run, which carries its program. Three or four queries."""
    counts = run.changes.aggregate(
        shown=Count("pk", filter=WORTH_TELLING),
        unchanged=Count("pk", filter=Q(action=Action.KEEP, state=ChangeState.DONE)),
        failed=Count("pk", filter=Q(state=ChangeState.FAILED)),
    )
    loud, quiet = _findings(run)
    proved = getattr(run, "proved", None) or {}
    return RunReport(
        currency=source_currency(run.program),
        shown=counts["shown"],
        unchanged=counts["unchanged"],
        failed=0 if run.preview else counts["failed"],
        loud=loud,
        quiet=quiet,
        follower=Run.objects.filter(after=run).first(),
        month=proved.get("month", ""),
        proved=_proved(proved.get("retail", {})),
    )


def _proved(retail: Mapping[str, str]) -> tuple[tuple[str, Decimal], ...]:
    """In the order of the strip: the database keeps none."""
    return tuple((name.replace("_", " "), Decimal(retail[name])) for name in BUCKETS if name in retail)


def read_change(run: Run, change: Change) -> ChangeReport:
    """A change of the run, which carries its program."""
    return ChangeReport(
        row=change_row(change),
        currency=source_currency(run.program),
        charges=Charge.objects.filter(pk__in=change.charge_ids).select_related("invoice")[:MOST_CHARGES],
        target_url=_target_url(run, change),
    )


def changes_worth_telling(program: Program, changes: QuerySet[Change]) -> QuerySet[Change]:
    """Those of the program's runs, the newest first."""
    told = changes.filter(WORTH_TELLING, run__program=program)
    return told.select_related("run").order_by("-run_id", "-pk")


def group_changes(run: Run, changes: Iterable[Change]) -> list[ChangeGroup]:
    """Rows grouped by customer, in the order in which the changes come. One query for the sums.

    A sum is of all lines of the customer in the run, also where a page or a filter shows some of them.
    """
    shown = list(changes)
    sums = _sums(run, {change.customer_id for change in shown if change.customer_id is not None})
    groups: dict[int | None, ChangeGroup] = {}
    for change in shown:
        customer, number = change.customer, change.customer_id
        title, under = (customer.name, customer.domain or customer.external_id) if customer else ("Products", "")
        group = groups.setdefault(number, ChangeGroup(title, under, number, [], sums.get(number or 0)))
        group.rows.append(change_row(change))
    return list(groups.values())


def _findings(run: Run) -> tuple[list[Finding], list[Finding]]:
    """What is loud, and what is for information only; the most money first."""
    reported = Finding.objects.filter(Q(first_run=run) | Q(last_run=run)).select_related("customer")
    found: QuerySet[Any] = reported.alias(loudness=_LOUDNESS).order_by("loudness", "-retail", "pk")
    first = list(found[: MOST_LOUD + MOST_QUIET])
    loud = [finding for finding in first if finding.severity != Severity.INFO]
    quiet = [finding for finding in first if finding.severity == Severity.INFO]
    if len(loud) > MOST_LOUD:  # they may have left no room for the quiet ones
        quiet = list(found.filter(severity=Severity.INFO)[:MOST_QUIET])
    return loud[:MOST_LOUD], quiet[:MOST_QUIET]


def _target_url(run: Run, change: Change) -> str:
    target = run.program.target
    definition = get_target(target.system)
    if change.template_id is not None:
        return definition.template_url(target.credentials, change.template_id)
    return definition.product_url(target.credentials, change.target_product_id) if change.target_product_id else ""


def _sums(run: Run, customer_ids: Collection[int]) -> dict[int, GroupSum]:
    """What was planned again counts once. What is not written, or not yet, stays as it was."""
    sums: dict[int, GroupSum] = {}
    rows = run.changes.filter(customer__in=customer_ids).exclude(state=ChangeState.DROPPED).order_by()
    for customer_id, action, state, *factors in rows.values_list("customer_id", "action", "state", *_FACTORS):
        found = sums.setdefault(customer_id, GroupSum())
        quantity_before, retail_before, quantity_after, retail_after = map(_decimal, factors)
        old = _times(quantity_before, retail_before)
        new = None if action == Action.REMOVE_LINE else _times(quantity_after, retail_after)
        stays = action == Action.KEEP and state == ChangeState.DONE
        if stays and old is None:
            old = new
        found.old += old or ZERO
        found.new += (new if state in _TAKES_PLACE else old) or ZERO
        found.unchanged += stays
    return sums


# Of each side of a change; picked out by the database, since the rest of it would be read for nothing.
_FACTORS = (KT("before__quantity"), KT("before__retail"), KT("after__quantity"), KT("after__retail"))
_TAKES_PLACE = (ChangeState.PLANNED, ChangeState.SENDING, ChangeState.DONE)


def change_row(change: Change) -> ChangeRow:
    """The pairs of one change."""
    before = change.before or {}
    after = {} if change.action == Action.REMOVE_LINE else change.after or {}
    quantity = Pair(_number(before, "quantity"), _number(after, "quantity"))
    retail = Pair(_number(before, "retail"), _number(after, "retail"))
    return ChangeRow(
        change=change,
        name=str((change.after or {}).get("name") or before.get("name") or change.what),
        one_time=bool((change.after or before).get("one_time")),
        quantity=quantity,
        retail=retail,
        cost=Pair(_number(before, "cost"), _number(after, "cost")),
        total=Pair(_times(quantity.old, retail.old), _times(quantity.new, retail.new)),
    )


def _number(values: dict[str, Any], name: str) -> Decimal | None:
    return _decimal(values.get(name))


def _decimal(value: object) -> Decimal | None:
    return None if value in (None, "") else Decimal(str(value))


def _times(quantity: Decimal | None, price: Decimal | None) -> Decimal | None:
    return None if quantity is None or price is None else quantity * price
