"""A run: what it reported, and its changes as a bookkeeper reads them, old and new beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Sum, When
from django.db.models.fields.json import KT, KeyTransform

from connectors.registry import get_target
from customers.models import Customer
from invoices.models import Charge
from money.enums import Action, Severity
from money.words import ZERO
from programs.models import Program
from programs.selectors import source_currency
from reports.billing import items_of_motions_off, switched_off_items, unmapped_items
from reports.inbox import unknown_rows, unmapped_of
from syncs.enums import ChangeState, RunKind, RunState
from syncs.facts.run_sums import GroupSum, RunSum, sum_of_run, sums_by_customer
from syncs.models import Change, Finding, Run
from syncs.proving.accounts import BUCKETS
from syncs.running.judging import and_more

MOST_LOUD, MOST_QUIET = 200, 100  # findings that are named
MOST_CHARGES = 200  # source rows of one change
WORTH_TELLING = ~Q(action=Action.KEEP) | Q(state=ChangeState.HELD)  # what was left as it was is no news
_LOUDNESS = Case(When(severity=Severity.ERROR, then=0), When(severity=Severity.WARNING, then=1), default=2)


class OutBecause(StrEnum):
    """Why something is not billed by a plan."""

    HELD = "held"
    NOT_MAPPED = "not_mapped"
    SYNC_OFF = "sync_off"
    MOTION_OFF = "motion_off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """``number`` of items, rows or customers that a plan does not bill, and their retail in currency units."""

    why: OutBecause
    number: int
    retail: Decimal


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
    sum: RunSum | None = None  # of a billing run
    first: Run | None = None  # the run of the same sync that went first
    out: tuple[LeftOut, ...] = ()  # what a plan leaves out
    apart: tuple[str, ...] = ()  # messages of the run that no finding says
    customers_not_mapped: int = 0  # of ``month``, at the run's end
    month: str = ""  # the newest one, "2026-09", of which ``proved`` is
    proved: tuple[tuple[str, Decimal], ...] = ()  # by bucket in words, its retail as the run's end proved it

    @property
    def not_mapped(self) -> Decimal:
        """Retail of ``month`` that belongs to customers whom nobody mapped."""
        return dict(self.proved).get("not mapped", ZERO)


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
    return (
        Run.objects.select_related("after")
        .defer("basis", "after__basis")
        .annotate(
            source_read=KT("basis__source"),
            retry_of=KT("basis__retry__run"),
            retry_items=KT("basis__retry__items"),
            proved=KeyTransform("proved", "basis"),
            customer_alone=KT("basis__retry__customer"),
        )
    )


def read_run(run: Run) -> RunReport:
    """The run, which carries its program."""
    counts = run.changes.aggregate(
        shown=Count("pk", filter=WORTH_TELLING),
        unchanged=Count("pk", filter=Q(action=Action.KEEP, state=ChangeState.DONE)),
        failed=Count("pk", filter=Q(state=ChangeState.FAILED)),
    )
    loud, quiet = _findings(run)
    said = {finding.text for finding in (*loud, *quiet)} | {run.error}
    said |= {and_more(number) for number, _ in enumerate(quiet)}  # the page has them all
    proved = getattr(run, "proved", None) or {}
    return RunReport(
        currency=source_currency(run.program),
        shown=counts["shown"],
        unchanged=counts["unchanged"],
        failed=0 if run.preview else counts["failed"],
        loud=loud,
        quiet=quiet,
        follower=Run.objects.filter(after=run).first(),
        sum=sum_of_run(run) if run.kind == RunKind.BILLING else None,
        first=run.after,
        out=left_out(run) if run.preview or run.state == RunState.WAITING else (),
        apart=tuple(text for text in run.messages if text not in said),
        customers_not_mapped=proved.get("customers_not_mapped", 0),
        month=proved.get("month", ""),
        proved=_proved(proved.get("retail", {})),
    )


def left_out(run: Run) -> tuple[LeftOut, ...]:
    """Of a billing plan, as it is now; nothing of a product plan, and of one customer's alone what is held."""
    if run.kind != RunKind.BILLING:
        return ()
    found = [_held(run)]
    if getattr(run, "customer_alone", None) is None:
        found += [_not_mapped(run), *_switched_off(run), _unknown(run)]
    return tuple(one for one in found if one.number)


def _held(run: Run) -> LeftOut:
    held = run.changes.filter(state=ChangeState.HELD).order_by()
    told = held.aggregate(number=Count("pk"), retail=Sum("retail"))
    return LeftOut(OutBecause.HELD, told["number"], told["retail"] or ZERO)


def _not_mapped(run: Run) -> LeftOut:
    unmapped = unmapped_of(run.program)
    customers = unmapped_items(run.program).order_by().values("customer").distinct().count() if unmapped.number else 0
    return LeftOut(OutBecause.NOT_MAPPED, customers, unmapped.not_mapped)


def _switched_off(run: Run) -> list[LeftOut]:
    found = []
    for why, items in (
        (OutBecause.SYNC_OFF, switched_off_items(run.program)),
        (OutBecause.MOTION_OFF, items_of_motions_off(run.program)),
    ):
        told = items.order_by().aggregate(number=Count("customer", distinct=True), retail=Sum("retail"))
        found.append(LeftOut(why, told["number"], told["retail"] or ZERO))
    return found


def _unknown(run: Run) -> LeftOut:
    rows = [each for each in unknown_rows() if each.of(run.program)]
    return LeftOut(OutBecause.UNKNOWN, sum(each.rows for each in rows), sum((each.retail for each in rows), ZERO))


def customer_alone(run: Run) -> Customer | None:
    """About whom alone one of ``listed_runs`` is; None of one that is about everybody. At most one query."""
    number = getattr(run, "customer_alone", None)
    return Customer.objects.filter(pk=number).first() if number else None


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
    sums = sums_by_customer(run, {change.customer_id for change in shown if change.customer_id is not None})
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
