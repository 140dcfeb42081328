"""What charges of one subscription on one invoice are because of each other. Inside the scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q

from invoices.models import Charge, SetAside, SourceInvoice
from money.classifying import own_kind
from money.days import is_whole
from money.enums import Kind, Motion, MotionCause
from money.periods import period_of
from money.rows.together import RowAlone, RowTogether, put_together
from money.words import ZERO, Money

CHARGES = Q(retail__gt=ZERO) | Q(retail=ZERO, cost__gt=ZERO)  # rows that charge something
COLUMNS = ("kind", "period", "credit", "problem")  # that depend on the rows beside


def alone(charge: Charge, number: str) -> RowAlone:
    """A charge as it is without the others; ``number`` is its invoice's."""
    motion = Motion(charge.motion) if charge.motion else None
    cause = MotionCause(charge.motion_by) if charge.motion_by else None
    unknown = charge.kind == Kind.UNKNOWN or charge.customer_id is None
    return RowAlone(
        key=(charge.invoice_id or 0, charge.line),
        motion=charge.motion,
        days=charge.days,
        amount=Money(charge.cost, charge.retail),
        unit=Money(abs(charge.unit_cost), abs(charge.unit_retail)),
        kind=Kind.UNKNOWN if unknown else own_kind(motion, cause, recurring=is_whole(charge.ratio)),
        period=period_of(charge.days, motion, cause) if charge.credit else charge.period,
        number=number,
        problem=charge.problem,
    )


def take_over(charge: Charge, found: RowTogether) -> bool:
    """What its group made of a charge; false where it is that already."""
    before = tuple(getattr(charge, name) for name in COLUMNS)
    charge.kind, charge.period, charge.credit, charge.problem = found.kind, found.period, found.credit, found.problem
    return before != tuple(getattr(charge, name) for name in COLUMNS)


def regroup(invoice: SourceInvoice, refs: Collection[str]) -> None:
    """Judge the groups of these subscriptions on the invoice anew, by its stored rows.

    A row that is held takes its group along; one that a person left out is no row any more.
    """
    number, prices = credit_number(invoice), prices_before(invoice, refs)
    by_ref: dict[str, list[Charge]] = defaultdict(list)
    rows = Charge.objects.filter(invoice=invoice, subscription_ref__in=list(refs))
    for charge in rows.exclude(set_aside=SetAside.EXCLUDED).defer("raw").order_by("line"):
        by_ref[charge.subscription_ref].append(charge)
    changed = []
    for ref, charges in by_ref.items():
        together = put_together((alone(charge, number) for charge in charges), prices[ref])
        counted = (charge for charge in charges if not charge.set_aside)
        changed += [charge for charge in counted if take_over(charge, together[charge.invoice_id or 0, charge.line])]
    Charge.objects.bulk_update(changed, COLUMNS, batch_size=500)


def prices_before(invoice: SourceInvoice, refs: Collection[str]) -> dict[str, set[Money]]:
    """Unit prices that earlier invoices charged these subscriptions, by id in lower case. One query.

    What a reversal gives back of a rebate is no price.
    """
    found: dict[str, set[Money]] = defaultdict(set)
    earlier = Charge.objects.filter(CHARGES, invoice__source_id=invoice.source_id, subscription_ref__in=list(refs))
    earlier = earlier.exclude(kind=Kind.UNKNOWN).exclude(invoice=invoice.pk).exclude(invoice__reversal=True)
    if invoice.pk is not None:
        earlier = earlier.filter(invoice_id__lt=invoice.pk)
    for ref, cost, retail in earlier.order_by().values_list("subscription_ref", "unit_cost", "unit_retail").distinct():
        found[ref].add(Money(abs(cost), abs(retail)))
    return found


def credit_number(invoice: SourceInvoice) -> str:
    """By which a credit of the invoice is known: its number, and more where an earlier one bears that too."""
    same = SourceInvoice.objects.filter(source=invoice.source_id, number=invoice.number)
    again = same.filter(pk__lt=invoice.pk).exclude(content_hash="").exists()
    return f"{invoice.number}#{invoice.pk}" if again else invoice.number


def with_negatives(charges: Iterable[Charge]) -> set[str]:
    """The subscriptions of these charges of which something is taken back."""
    return {charge.subscription_ref for charge in charges if (charge.retail or charge.cost) < ZERO}
