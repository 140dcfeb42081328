"""What a new invoice has to do with those imported before: it cancels one, issues one again, or repeats single rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from core.scope import scoped_partner_id, without_nested_loops
from invoices.billing_items import recount_invoices
from invoices.models import Charge, InvoiceOverlap, InvoiceState, SetAside, SourceInvoice
from invoices.together import regroup
from money.days import Days
from money.enums import Kind, Motion
from money.overlaps import Meeting, RowSeen, by_ref, is_issued_again, mirrored_rows, repeated_rows, reverses, same_rows
from money.periods import periods_of
from money.words import ZERO, Money

POSITIVE = Q(retail__gt=ZERO) | Q(retail=ZERO, cost__gt=ZERO)
NEGATIVE = Q(retail__lt=ZERO) | Q(retail=ZERO, cost__lt=ZERO)
CHARGED_TWICE = "Charged twice? Another invoice has this very row."

_REFS_AT_ONCE = 500


def settle_overlaps(invoice: SourceInvoice) -> bool:
    """Compare a newly stored invoice with those before it; true where the whole invoice is held.

    An exact reversal cancels its original. A partial one, and an invoice that charges another one's rows again,
    are held whole; below that, a row that repeats another invoice's row exactly is held alone.
    """
    original = _find_original(invoice)
    if original is not None:
        _cancel(invoice, original)
    elif (mirrored := _mirrored_invoice(invoice)) is not None:
        _hold(invoice, [mirrored], reversal=True)
    else:
        meetings, same = _compare(invoice)
        if again := _issued_again(invoice, meetings):
            _hold(invoice, again, reversal=False)
        else:
            _hold_rows(invoice, same)
    return invoice.state == InvoiceState.HELD


def settle_again(others: Collection[int]) -> None:
    """Compare anew what is held because it repeats these invoices: whether they count has changed.

    To be called in the transaction of that change. What repeats nothing that counts any more counts itself.
    """
    waiting = SourceInvoice.objects.filter(state=InvoiceState.HELD, reversal=False, overlaps__other__in=others)
    for invoice in waiting.distinct().order_by("pk"):
        InvoiceOverlap.objects.filter(held=invoice).delete()
        invoice.state = InvoiceState.COUNTED
        invoice.save(update_fields=["state"])
        settle_overlaps(invoice)
        recount_invoices([invoice])


def repeated_by(invoice: SourceInvoice) -> QuerySet[Charge]:
    """Charges of the invoices that a held one overlaps which it charges again, at whatever price."""
    own = Charge.objects.filter(POSITIVE, invoice=invoice, **_SAME_CHARGE)
    return _overlapped(invoice).filter(POSITIVE).filter(Exists(own))


def mirrored_by(invoice: SourceInvoice) -> QuerySet[Charge]:
    """Charges of the invoices that a held one overlaps which it takes back exactly."""
    own = Charge.objects.filter(
        NEGATIVE, invoice=invoice, **_SAME_DAYS, cost=-OuterRef("cost"), retail=-OuterRef("retail")
    )
    return _overlapped(invoice).filter(Exists(own))


def mirroring_rows(invoice: SourceInvoice) -> dict[int, list[int]]:
    """By invoice that it overlaps, the rows of a reversal that take back one for one what that charged."""
    others = InvoiceOverlap.objects.filter(held=invoice).values_list("other_id", flat=True)
    found: dict[int, list[int]] = {other: [] for other in others}
    for mine, theirs in _pairs(invoice, _meeting(invoice, *InvoiceState)):
        for other in found.keys() & theirs.keys():
            found[other] += [row.pk for row in mirrored_rows(mine, theirs[other])]
    return found


_SAME_DAYS = {name: OuterRef(name) for name in ("subscription_ref", "first_day", "last_day")}
_SAME_CHARGE = {**_SAME_DAYS, "quantity": OuterRef("quantity")}


def _overlapped(invoice: SourceInvoice) -> QuerySet[Charge]:
    others = InvoiceOverlap.objects.filter(held=invoice).values("other_id")
    return Charge.objects.filter(invoice_id__in=others).exclude(subscription_ref="")


# --- Cancelled: an exact reversal -----------------------------------------------------------------


def _cancel(invoice: SourceInvoice, original: SourceInvoice) -> None:
    """Both count for nothing more; what was held because it repeated the original is looked at again."""
    if original.state == InvoiceState.REVERSED:  # it was taken back before, and nothing is taken back twice
        _hold(invoice, [original.pk], reversal=True)
        return
    InvoiceOverlap.objects.create(held=invoice, other=original)
    original.state = invoice.state = InvoiceState.REVERSED
    invoice.reversal = True
    original.save(update_fields=["state"])
    invoice.save(update_fields=["state", "reversal"])
    recount_invoices([original])
    settle_again([original.pk])


def _find_original(invoice: SourceInvoice) -> SourceInvoice | None:
    """The invoice whose rows the new one takes back one for one; those that count first, then the newest.

    What takes a reversal back charges again, as any invoice does.
    """
    if not Charge.objects.filter(POSITIVE | NEGATIVE, invoice=invoice).exists():
        return None
    same_size = _others(invoice).filter(
        reversal=False,
        row_count=invoice.row_count,
        charged_cost=-invoice.charged_cost,
        charged_retail=-invoice.charged_retail,
    )
    order = {InvoiceState.COUNTED: 0, InvoiceState.HELD: 1, InvoiceState.REPLACED: 2, InvoiceState.REVERSED: 3}
    found = sorted(same_size.order_by("-pk"), key=lambda other: order[InvoiceState(other.state)])
    return next((other for other in found if reverses(_all_rows(invoice), _all_rows(other))), None)


def _mirrored_invoice(invoice: SourceInvoice) -> int | None:
    """The one of which an invoice that charges nothing takes back at least half of its own rows exactly."""
    if Charge.objects.filter(POSITIVE, invoice=invoice).exists():
        return None
    rows = Charge.objects.filter(NEGATIVE, invoice=invoice).count()
    candidates = _meeting(invoice, InvoiceState.COUNTED, InvoiceState.REVERSED)
    cancelable = set(_others(invoice).values_list("pk", flat=True))
    found: dict[int, int] = defaultdict(int)
    for mine, theirs in _pairs(invoice, candidates):
        for other in cancelable & theirs.keys():
            found[other] += len(mirrored_rows(mine, theirs[other]))
    best = max(found, key=lambda other: (found[other], other), default=None)
    return best if best is not None and rows and found[best] * 2 >= rows else None


# --- Issued again ---------------------------------------------------------------------------------


def _compare(invoice: SourceInvoice) -> tuple[dict[int, Meeting], list[int]]:
    """By counted invoice, what of it the new one repeats; and rows that are the same to the cent."""
    meetings: dict[int, Meeting] = defaultdict(Meeting)
    same: set[int] = set()
    for mine, theirs in _pairs(invoice, _meeting(invoice, InvoiceState.COUNTED)):
        for other, rows in theirs.items():
            repeated = [row for row in repeated_rows(mine, rows) if row.positive]
            meetings[other].add(mine[0].ref, len(repeated))
            same |= {row.pk for row in same_rows(mine, rows)}
    return meetings, sorted(same)


def _issued_again(invoice: SourceInvoice, meetings: dict[int, Meeting]) -> list[int]:
    if not meetings:
        return []
    positive = Charge.objects.filter(POSITIVE, invoice=invoice).count()
    several = _charges_several(invoice.pk)
    return sorted(
        other
        for other, meeting in meetings.items()
        if is_issued_again(meeting, positive_rows=positive, several=several and _charges_several(other))
    )


def _charges_several(invoice_id: int) -> bool:
    refs = Charge.objects.filter(POSITIVE, invoice=invoice_id).order_by().values_list("subscription_ref", flat=True)
    return len(refs.distinct()[:2]) > 1


def _hold(invoice: SourceInvoice, others: Sequence[int], *, reversal: bool) -> None:
    invoice.state, invoice.reversal = InvoiceState.HELD, reversal
    invoice.save(update_fields=["state", "reversal"])
    InvoiceOverlap.objects.bulk_create([InvoiceOverlap(held=invoice, other_id=other) for other in others])


def _hold_rows(invoice: SourceInvoice, rows: Sequence[int]) -> None:
    if rows:
        Charge.objects.filter(invoice=invoice, pk__in=rows).update(
            set_aside=SetAside.HELD, kind=Kind.UNKNOWN, problem=CHARGED_TWICE
        )
        held = Charge.objects.filter(pk__in=rows).order_by().values_list("subscription_ref", flat=True)
        regroup(invoice, set(held.distinct()) - {""})


# --- Rows side by side ----------------------------------------------------------------------------


def _others(invoice: SourceInvoice) -> QuerySet[SourceInvoice]:
    """Invoices of the same program; what is past was billed by hand, so nothing that counts cancels it."""
    same = SourceInvoice.objects.filter(source_id=invoice.source_id, program_slug=invoice.program_slug)
    same = same.exclude(pk=invoice.pk).exclude(content_hash="")
    return same if invoice.past else same.filter(past=False)


# Subscriptions of an invoice, and invoices that have a row of one with the same days and quantity. The periods are
# named for the index, whatever the motion that a row was given.
_MEETING = """
SELECT DISTINCT mine.subscription_ref, theirs.invoice_id
FROM invoices_charge mine
JOIN invoices_charge theirs
  ON theirs.partner_id = mine.partner_id AND theirs.subscription_ref = mine.subscription_ref
 AND theirs.period = ANY(%(periods)s) AND theirs.first_day = mine.first_day AND theirs.last_day = mine.last_day
 AND abs(theirs.quantity) = abs(mine.quantity)
WHERE mine.partner_id = %(partner)s AND mine.invoice_id = %(invoice)s AND mine.subscription_ref <> ''
  AND theirs.invoice_id = ANY(%(others)s) AND theirs.set_aside = ''
"""


def _meeting(invoice: SourceInvoice, *states: InvoiceState) -> dict[str, set[int]]:
    """By subscription, the other invoices that have a row of the same days and quantity. Three queries."""
    same = SourceInvoice.objects.filter(source=invoice.source_id, program_slug=invoice.program_slug, state__in=states)
    others = list(same.exclude(pk=invoice.pk).exclude(content_hash="").values_list("pk", flat=True))
    found: dict[str, set[int]] = defaultdict(set)
    if not others:
        return found
    days = Charge.objects.filter(invoice=invoice).order_by().values_list("first_day", "last_day").distinct()
    values: dict[str, Any] = {
        "partner": scoped_partner_id(),
        "invoice": invoice.pk,
        "others": others,
        "periods": sorted({period for first, last in days for period in periods_of(Days(first, last))}),
    }
    with without_nested_loops(), connection.cursor() as cursor:
        cursor.execute(_MEETING, values)
        for ref, other in cursor.fetchall():
            found[ref].add(other)
    return found


def _pairs(
    invoice: SourceInvoice, meeting: Mapping[str, Collection[int]]
) -> Iterator[tuple[list[RowSeen], dict[int, list[RowSeen]]]]:
    """Subscription by subscription: its rows on the invoice, and on each other invoice that it meets."""
    refs = iter(sorted(meeting))
    while some := list(islice(refs, _REFS_AT_ONCE)):
        mine = by_ref(_rows(Charge.objects.filter(invoice=invoice, subscription_ref__in=some)))
        others = {other for ref in some for other in meeting[ref]}
        theirs: dict[tuple[str, int], list[RowSeen]] = defaultdict(list)
        for charge in Charge.objects.filter(invoice__in=others, subscription_ref__in=some, set_aside="").defer("raw"):
            theirs[charge.subscription_ref, charge.invoice_id].append(_seen(charge))
        for ref in some:
            yield mine[ref], {other: theirs[ref, other] for other in meeting[ref]}


def _rows(charges: QuerySet[Charge]) -> Iterator[RowSeen]:
    return (_seen(charge) for charge in charges.order_by("line").defer("raw").iterator(chunk_size=2000))


def _all_rows(invoice: SourceInvoice) -> Iterator[RowSeen]:
    return _rows(Charge.objects.filter(invoice=invoice))


def _seen(charge: Charge) -> RowSeen:
    return RowSeen(
        pk=charge.pk,
        ref=charge.subscription_ref or charge.product_name,
        days=charge.days,
        quantity=charge.quantity,
        unit=Money(charge.unit_cost, charge.unit_retail),
        amount=Money(charge.cost, charge.retail),
        usage=charge.motion == Motion.AZURE_PLAN,
    )
