"""What billing should know about beside its plan: unknown rows, held invoices, unmapped money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet, Sum

from core.scope import without_nested_loops
from customers.models import Mapping
from invoices.counted import countable_invoices, newest_month
from invoices.models import Charge, InvoiceState, SetAside, SourceInvoice
from invoices.unknown import unknown_subject
from money.enums import Kind, Motion, Severity
from money.plan import Note
from money.words import ZERO, shown
from programs.models import Program

MOST_HELD_ROWS = 200  # of which each is a question of its own

_WHAT_IT_DOES = {False: "charges what an imported invoice charged", True: "takes back rows of an imported invoice"}
_CURES = {
    False: "Say whether it replaces the other invoice or adds to it.",
    True: "Compare it with the other invoice, then say that it adds: what it takes back exactly is taken back.",
}


@without_nested_loops()
def survey(program: Program) -> list[Note]:
    """Notes about the program's imported invoices. Inside the partner's scope."""
    newest, odd = newest_month(program), _odd_invoices(program)
    return [
        *_unknown_rows(program),
        *_held_rows(program),
        *_repriced_rows(odd),
        *_held_invoices(odd),
        *_changed_invoices(odd),
        *_empty_invoices(odd, newest),
        *_unmapped(program, newest),
    ]


def _invoices(program: Program) -> QuerySet[SourceInvoice]:
    return SourceInvoice.objects.filter(source=program.source_id, program_slug=program.slug, past=False)


def _odd_invoices(program: Program) -> list[SourceInvoice]:
    """Those of which there may be something to say. One query."""
    odd = Q(repriced_rows__gt=0) | Q(state=InvoiceState.HELD) | ~Q(changed_hash="") | Q(row_count=0)
    return list(_invoices(program).filter(odd))


def _unknown_rows(program: Program) -> list[Note]:
    rows = (
        Charge.objects.filter(invoice__in=countable_invoices(program), kind=Kind.UNKNOWN, set_aside="")
        .values("invoice", "invoice__number", "problem")
        .annotate(number=Count("pk"), retail=Sum("retail"))
        .order_by("invoice", "problem")
    )
    return [
        Note(
            Severity.WARNING,
            "unknown_rows",
            f"unknown_rows:{row['invoice']}:{row['problem']}",
            f"Invoice {row['invoice__number']}: {row['number']} unknown "
            f"row{'s' if row['number'] > 1 else ''}, {shown(row['retail'])}. {row['problem']}",
            "Say that they are billed by hand, or that they are not billed.",
            unknown_subject(row["invoice"], row["problem"]),
            retail=row["retail"],
        )
        for row in rows
    ]


def _held_rows(program: Program) -> list[Note]:
    """Rows that wait alone because another invoice has the very same."""
    held = Charge.objects.filter(invoice__in=_invoices(program), set_aside=SetAside.HELD).defer("raw")
    return [
        Note(
            Severity.WARNING,
            "row_held",
            f"row_held:{row.pk}",
            f"Invoice {row.invoice.number}, line {row.line}: {row.product_name}, {shown(row.retail)}. {row.problem}",
            "Count it where it is a charge of its own, or exclude it.",
            f"row:{row.pk}",
            row.customer_id,
            row.retail,
        )
        for row in held.select_related("invoice").order_by("pk")[:MOST_HELD_ROWS]
    ]


def _repriced_rows(invoices: Iterable[SourceInvoice]) -> list[Note]:
    """Invoices whose amounts are not price x quantity x ratio: the amounts are billed."""
    return [
        Note(
            Severity.WARNING,
            "repriced_rows",
            f"repriced:{invoice.pk}",
            f"Invoice {invoice.number}: unit price x quantity x ratio is not the amount of {invoice.repriced_rows} "
            f"row{'s' if invoice.repriced_rows > 1 else ''}. The amounts are billed.",
            "Is the price in another currency? Compare it with the distributor's invoice.",
        )
        for invoice in invoices
        if invoice.repriced_rows and invoice.state != InvoiceState.REVERSED
    ]


def _held_invoices(invoices: Iterable[SourceInvoice]) -> list[Note]:
    return [
        Note(
            Severity.WARNING,
            "invoice_held",
            f"held:{invoice.pk}",
            f"Invoice {invoice.number} {_WHAT_IT_DOES[invoice.reversal]}: {shown(invoice.charged_retail)} is held.",
            _CURES[invoice.reversal],
            f"overlap:{invoice.pk}",
            retail=invoice.charged_retail,
        )
        for invoice in invoices
        if invoice.state == InvoiceState.HELD
    ]


def _changed_invoices(invoices: Iterable[SourceInvoice]) -> list[Note]:
    return [
        Note(
            Severity.WARNING,
            "invoice_changed",
            f"changed:{invoice.pk}:{invoice.changed_hash}",
            f"Invoice {invoice.number} was changed at the source after it was imported. "
            "What was imported stays; nothing is planned from the change.",
            "Compare it with the distributor's invoice, and bill the difference by hand.",
        )
        for invoice in invoices
        if invoice.changed_hash
    ]


def _empty_invoices(invoices: Iterable[SourceInvoice], newest: dt.date | None) -> list[Note]:
    """Those of the newest month, or later, that came without a row: nothing is billed from them, nothing taken off."""
    if newest is None:
        return []
    return [
        Note(
            Severity.WARNING,
            "invoice_empty",
            f"empty:{invoice.pk}",
            f"Invoice {invoice.number} has no rows: nothing is billed from it, and no line is removed.",
            "Compare it with the distributor's invoice, and bill by hand what it charges.",
        )
        for invoice in invoices
        if invoice.month >= newest and not invoice.row_count and invoice.content_hash
    ]


def _unmapped(program: Program, newest: dt.date | None) -> list[Note]:
    """Customers charged in the newest month, or later, that nobody mapped, with the money at risk."""
    if newest is None:
        return []
    mapped = set(Mapping.objects.filter(program=program).values_list("customer_id", "motion"))
    rows = (
        Charge.objects.filter(
            invoice__in=countable_invoices(program).filter(month__gte=newest),
            customer__isnull=False,
            motion__in=program.motions,
        )
        .exclude(kind__in=(Kind.UNKNOWN, Kind.CREDIT))
        .values("customer", "customer__name", "motion")
        .annotate(retail=Sum("retail"))
        .order_by("-retail")
    )
    return [
        Note(
            Severity.INFO,
            "not_mapped",
            f"not_mapped:{row['customer']}:{row['motion']}",
            f"{row['customer__name']} ({Motion(row['motion']).label}) is not mapped: "
            f"{shown(row['retail'] or ZERO)} is not billed.",
            "Map the customer under Billing.",
            customer_id=row["customer"],
            retail=row["retail"] or ZERO,
            motion=row["motion"],
        )
        for row in rows
        if (row["customer"], row["motion"]) not in mapped
    ]
