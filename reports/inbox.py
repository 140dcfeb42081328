"""What waits for a person, over all programs of the open partner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, F, QuerySet, Sum, Window
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Abs

from core.scope import scoped_partner_id
from invoices.models import Charge, InvoiceState, SourceInvoice
from invoices.selectors import OverlapFacts, overlap_facts
from money.enums import Kind, Severity
from products.models import Product
from programs.models import Program
from programs.selectors import source_currency
from reports.billing import BillingRow, unmapped_items, unmapped_rows
from reports.inbox_kinds import CUSTOMERS, INVOICES, PLANS, ROWS
from syncs.deciding.answers import label_of
from syncs.deciding.undoing import answers_of
from syncs.enums import RunState
from syncs.facts.questions import open_questions
from syncs.facts.run_sums import MONEY
from syncs.models import LONG_COLUMNS, Decision, Finding, Run
from syncs.proving.month_accounts import MonthAccount, load_accounts

MOST_HELD = 10  # invoices whose overlaps are shown in full
FEW, MANY = 5, 50  # customers that nobody mapped: among all that waits, and asked for alone
MOST_CHANGED, MOST_INVOICES_DECIDED = 20, 5
MOST_DECIDED = 10  # answers that are shown for Undo; those given together count once


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in the inbox beside findings: what is shown by itself, and what was answered lately, for Undo."""

    runs: Iterable[Run]
    held: list[tuple[SourceInvoice, list[OverlapFacts]]]
    held_more: int
    months: list[tuple[Program, MonthAccount]]  # newest ones of which something waits
    unmapped: list[Unmapped]
    unknown: list[tuple[UnknownRows, Program | None]]
    changed: Iterable[SourceInvoice]
    decisions: list[Decided]
    seen: list[Decided]
    decided_invoices: Iterable[SourceInvoice]


def read_beside(programs: Sequence[Program], kind: str = "", words: str = "") -> Beside:
    """Of these programs, all of the partner. A ``kind`` leaves that kind alone, ``words`` leave only the unmapped."""
    present = Present.read()

    def wanted(name: str) -> bool:
        return kind == name or not (kind or words)

    newest = _newest_months(programs)
    held = list(held_invoices()[:MOST_HELD]) if present.held and wanted(INVOICES) else []
    return Beside(
        runs=waiting_runs() if present.plans and wanted(PLANS) else (),
        held=[(invoice, overlap_facts(invoice)) for invoice in held],
        held_more=held_invoices().count() - MOST_HELD if len(held) == MOST_HELD else 0,
        months=[] if kind or words else [(one, newest[one.pk]) for one in programs if _waits(newest.get(one.pk))],
        unmapped=_unmapped(programs, newest, words, MANY if kind else FEW) if kind in {"", CUSTOMERS} else [],
        unknown=[(each, each.program_among(programs)) for each in (unknown_rows() if wanted(ROWS) else ())],
        changed=changed_invoices()[:MOST_CHANGED] if present.changed and wanted(INVOICES) else (),
        decisions=recent_decisions() if present.decisions else [],
        seen=recently_seen() if present.seen else [],
        decided_invoices=decided_invoices()[:MOST_INVOICES_DECIDED] if present.decided_invoices else (),
    )


def products_of(findings: Iterable[Finding]) -> dict[int, Product]:
    """The products that these findings are about, by the finding. One query."""
    ids = {finding.pk: finding.facts.get("product") for finding in findings}
    found = Product.objects.in_bulk([number for number in ids.values() if number])
    return {pk: found[number] for pk, number in ids.items() if number in found}


def waiting_runs() -> QuerySet[Run]:
    """Plans that wait for Apply or Discard."""
    waiting = Run.objects.filter(state=RunState.WAITING, preview=False).defer(*LONG_COLUMNS)
    return waiting.annotate(money=KeyTransform(MONEY, "basis")).order_by("-created_at")


def held_invoices() -> QuerySet[SourceInvoice]:
    """Invoices that overlap imported ones and wait for *replaces* or *adds*."""
    return (
        SourceInvoice.objects.filter(state=InvoiceState.HELD)
        .prefetch_related("overlaps__other")
        .annotate(retail=F("charged_retail"))
        .order_by("-month", "-pk")
    )


def changed_invoices() -> QuerySet[SourceInvoice]:
    """Invoices that the source changed after their import; never planned anew by themselves."""
    return SourceInvoice.objects.exclude(changed_hash="").order_by("-month", "-pk")


def decided_invoices() -> QuerySet[SourceInvoice]:
    """Overlapping invoices about which somebody decided, the newest first."""
    return SourceInvoice.objects.exclude(overlap_choice="").order_by("-pk")


def decidable() -> QuerySet[Finding]:
    """Open findings that a person may decide about and has not answered. Most money first, either way."""
    return open_questions().select_related("customer").order_by(Abs("retail").desc(), "pk")


def notable() -> QuerySet[Finding]:
    """Open warnings and errors that no button decides and nobody has seen; not what is shown by itself."""
    loud = (Severity.WARNING, Severity.ERROR)
    found = Finding.objects.filter(closed_at=None, subject="", severity__in=loud, seen_at=None)
    found = found.select_related("customer")
    return found.order_by("severity", Abs("retail").desc(), "pk")


# --- What there is at all -------------------------------------------------------------------------

_PRESENT = """
SELECT
    EXISTS (SELECT FROM syncs_run WHERE partner_id = %(partner)s AND state = %(waiting)s AND NOT preview),
    EXISTS (SELECT FROM invoices_sourceinvoice WHERE partner_id = %(partner)s AND state = %(held)s),
    EXISTS (SELECT FROM invoices_sourceinvoice WHERE partner_id = %(partner)s AND changed_hash <> ''),
    EXISTS (SELECT FROM invoices_sourceinvoice WHERE partner_id = %(partner)s AND overlap_choice <> ''),
    EXISTS (SELECT FROM syncs_decision WHERE partner_id = %(partner)s),
    EXISTS (
        SELECT FROM syncs_finding WHERE partner_id = %(partner)s AND closed_at IS NULL AND seen_at IS NOT NULL
    )
"""


class Present(NamedTuple):
    """Which of the inbox's rarer parts have anything in them: whoever knows need not ask for each of them."""

    plans: bool
    held: bool
    changed: bool
    decided_invoices: bool
    decisions: bool
    seen: bool

    @classmethod
    def read(cls) -> Present:
        """As it is now. One query, by hand: Django takes longer to write six than the database to answer."""
        values: dict[str, Any] = {
            "partner": scoped_partner_id(),
            "waiting": RunState.WAITING,
            "held": InvoiceState.HELD,
        }
        with connection.cursor() as cursor:
            cursor.execute(_PRESENT, values)
            return cls(*cursor.fetchone())


# --- Money without a place ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Customers of a program that nobody mapped. ``retail`` is of each one's newest month, in ``currency``.

    ``month`` is the program's newest one: what of it is not mapped is what its strip says.
    """

    program: Program
    currency: str
    number: int
    retail: Decimal
    rows: list[BillingRow]  # the most money first
    month: MonthAccount | None = None

    @property
    def not_mapped(self) -> Decimal:
        """Retail of the newest month that nobody mapped; where no sync proved a month, ``retail``."""
        return self.month.not_mapped if self.month else self.retail


def unmapped_of(program: Program, text: str = "", *, most: int = 0) -> Unmapped:
    """As the billing list has it now: what was un-mapped a moment ago counts. At most two queries."""
    items = unmapped_items(program, text)
    counted = items.annotate(number=Window(Count("pk")), all_retail=Window(Sum("retail")))
    first = list(counted.values_list("pk", "number", "all_retail")[: max(most, 1)])  # the sums are of all, not of these
    _, number, retail = first[0] if first else (0, 0, Decimal(0))
    rows = unmapped_rows([pk for pk, _, _ in first]) if most else []
    return Unmapped(program, source_currency(program), number, retail, rows)


def _unmapped(programs: Iterable[Program], newest: Mapping[int, MonthAccount], words: str, most: int) -> list[Unmapped]:
    found = [unmapped_of(program, words, most=most) for program in programs]
    return [replace(each, month=None if words else newest.get(each.program.pk)) for each in found if each.number]


def _newest_months(programs: Sequence[Program]) -> dict[int, MonthAccount]:
    known = load_accounts(programs)
    return {number: months.newest for number, months in known.items() if months.newest is not None}


def _waits(account: MonthAccount | None) -> bool:
    return account is not None and account.waits


@dataclass(frozen=True, slots=True)
class UnknownRows:
    """Rows of an invoice that fit no rule; ``retail`` in ``currency``."""

    invoice_id: int
    number: str
    currency: str
    source_id: int
    program_slug: str
    month: dt.date
    rows: int
    retail: Decimal

    def of(self, program: Program) -> bool:
        """True where it is an invoice of the program."""
        return (self.source_id, self.program_slug) == (program.source_id, program.slug)

    def program_among(self, programs: Iterable[Program]) -> Program | None:
        """The program whose invoice it is."""
        return next((program for program in programs if self.of(program)), None)


def unknown_rows() -> list[UnknownRows]:
    """Unknown rows of the invoices that count, newest invoice first; at most 20 invoices. One query."""
    told = ("number", "currency", "source_id", "program_slug", "month")
    sums = (
        Charge.objects.filter(kind=Kind.UNKNOWN, set_aside="", invoice__state=InvoiceState.COUNTED, invoice__past=False)
        .values_list("invoice_id", *(f"invoice__{name}" for name in told))
        .annotate(Count("pk"), Sum("retail"))
        .order_by("-invoice__month", "-invoice_id")[:20]
    )
    return [UnknownRows(*row) for row in sums]


# --- Decided --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decided:
    """Answers that somebody gave in one go; ``texts`` say what they were about, in the words of the inbox."""

    label: str
    texts: list[str]
    by: str
    at: dt.datetime
    program_id: int
    given: list[Decision]  # none where warnings were seen

    @property
    def answers(self) -> dict[str, str]:
        """What an Undo is drawn from."""
        return answers_of(self.given)

    @property
    def token(self) -> str:
        """What tells these answers from others, to the microsecond."""
        return self.at.isoformat()


def recent_decisions() -> list[Decided]:
    """What people decided last, for Undo. Three queries."""
    moments = Decision.objects.order_by("-decided_at").values_list("decided_at", flat=True)
    newest = list(moments.distinct()[:MOST_DECIDED])
    decisions = (
        Decision.objects.filter(decided_at__in=newest).select_related("decided_by").order_by("-decided_at", "pk")
    )
    about = _texts_about([decision.subject for decision in decisions])
    groups: dict[tuple[object, ...], Decided] = {}
    for each in decisions:
        key = (each.decided_at, each.program_id, each.choice)
        by = str(each.decided_by or "Somebody")
        group = groups.setdefault(key, Decided(label_of(each.choice), [], by, each.decided_at, each.program_id, []))
        group.texts.append(about.get(each.subject, each.subject))
        group.given.append(each)
    return list(groups.values())


def _texts_about(subjects: Sequence[str]) -> dict[str, str]:
    about = Finding.objects.filter(subject__in=subjects).order_by("pk")
    return dict(about.values_list("subject", "text"))


def recently_seen() -> list[Decided]:
    """Warnings that people marked as seen and that still stand, for Undo. Two queries."""
    seen = Finding.objects.filter(closed_at=None, seen_at__isnull=False)
    newest = list(seen.order_by("-seen_at").values_list("seen_at", flat=True).distinct()[:MOST_DECIDED])
    groups: dict[tuple[object, ...], Decided] = {}
    for each in seen.filter(seen_at__in=newest).select_related("seen_by").order_by("-seen_at", "pk"):
        assert each.seen_at is not None
        made = Decided("Seen", [], str(each.seen_by or "Somebody"), each.seen_at, each.program_id, [])
        group = groups.setdefault((each.seen_at,), made)
        group.texts.append(each.text)
    return list(groups.values())
