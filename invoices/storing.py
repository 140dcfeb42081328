"""Write one invoice with all its charges, in the transaction of the caller."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from connectors.records import Cadence, InvoiceRow
from core.bulk_saving import fit
from customers.subscriptions import subscription_ref
from invoices.directory import (
    NOBODYS,
    CustomerDirectory,
    KnownSubscription,
    LookedUp,
    ProductFinder,
    resolve_subscriptions,
)
from invoices.history import History, load_history
from invoices.models import Charge, SourceInvoice
from invoices.reading import InvoiceCopy, InvoicePart
from invoices.together import alone, credit_number, prices_before, take_over
from money.classifying import Classified, classify, days_of_row, unit_of_amount
from money.days import Days
from money.enums import Kind
from money.recognising import Background, EarlierCharge
from money.rows.owners import Whose, whose_row
from money.rows.together import RowTogether, put_together
from money.words import ZERO

MOVED_UNSEEN = "The subscription moved to another customer about then, and nobody saw when: whose it was is not told."

_BATCH = 500


@dataclass(slots=True)
class Told:
    """What an invoice and those before it say of one subscription, apart from the row at hand."""

    starts: Collection[dt.datetime] = ()
    taken_back: tuple[EarlierCharge, ...] = ()  # what negative rows of the invoice tell of charges before
    history: History = field(default_factory=History)
    cycles: tuple[Days, ...] = ()  # whole ones on the invoice

    def background(self, today: Cadence) -> Background:
        """The same as money is told it; ``today``: what the source's list says now."""
        newest = (self.history.newest,) if self.history.newest else ()
        return Background(
            earlier=tuple(self.history.charges),
            before=self.history.before,
            today=today,
            cycles=(*newest, *self.cycles),
            taken_back=self.taken_back,
        )


@dataclass(slots=True)
class Classifier:
    """Turns rows of some subscriptions into charges, with what is known at that moment."""

    customers: CustomerDirectory
    subscriptions: Mapping[str, KnownSubscription]
    products: ProductFinder
    told: Mapping[str, Told]

    def charge(self, row: InvoiceRow, days: Days | None = None) -> Charge:
        """The charge of a row, not saved and without its invoice; ``days`` where they are known already."""
        ref = subscription_ref(row.subscription_id)
        known, told = self.subscriptions.get(ref, NOBODYS), self.told.get(ref, Told())
        days = days or days_of_row(row, told.starts)
        whose = self._whose(row, days, known, told)
        verdict = classify(
            row,
            days=days,
            known=told.background(known.cadence),
            has_customer=whose.customer is not None,
        )
        product_id, problem = None, MOVED_UNSEEN if whose.untold else verdict.problem
        if verdict.kind != Kind.UNKNOWN:
            product_id, problem = self.products.find(row, known, verdict, told.history)
        return _charge(row, ref, known, verdict, customer_id=whose.customer, product_id=product_id, problem=problem)

    def _whose(self, row: InvoiceRow, days: Days, known: KnownSubscription, told: Told) -> Whose:
        """Who was charged for that day before, else who had the subscription then, else whose it is."""
        if before := told.history.owner_on(days.first):
            return Whose(before)
        if known.stays:
            named = self.customers.named(row.domain, row.customer_name)
            return whose_row(days, known.stays, known.customer_id, named)
        if subscription_ref(row.subscription_id):
            return Whose(known.customer_id)
        return Whose(self.customers.by_words(row.domain, row.customer_name))


def store_invoice(invoice: SourceInvoice, copy: InvoiceCopy, looked_up: LookedUp) -> None:
    """Save the invoice and a charge for each of its rows."""
    invoice.row_count = copy.fingerprint.count
    invoice.content_hash = copy.fingerprint.content_hash
    invoice.charged_cost = invoice.charged_retail = ZERO
    invoice.repriced_rows = 0
    invoice.save()
    charges = _charges(invoice, copy, looked_up)
    while batch := list(islice(charges, _BATCH)):
        Charge.objects.bulk_create(batch)
        invoice.charged_cost += sum((charge.cost for charge in batch), ZERO)
        invoice.charged_retail += sum((charge.retail for charge in batch), ZERO)
    invoice.save(update_fields=["charged_cost", "charged_retail", "repriced_rows"])


def _charges(invoice: SourceInvoice, copy: InvoiceCopy, looked_up: LookedUp) -> Iterator[Charge]:
    customers, products = CustomerDirectory(invoice.source_id), ProductFinder(invoice.source_id)
    for part in copy.parts():
        subscriptions = resolve_subscriptions(invoice.source_id, part.profiles, looked_up, customers)
        told = _tell(invoice, part)
        classifier = Classifier(customers, subscriptions, products, told)
        together = _put_together(invoice, part, classifier)
        for row in part.rows():
            charge = classifier.charge(row)
            charge.invoice_id = invoice.pk
            if row.line in together:
                take_over(charge, together[row.line])
            invoice.repriced_rows += unit_of_amount(row)[1]
            yield charge


def _put_together(invoice: SourceInvoice, part: InvoicePart, classifier: Classifier) -> dict[int, RowTogether]:
    """By line, what the rows are of subscriptions of which something is taken back."""
    refs = [ref for ref, profile in part.profiles.items() if profile.has_negative]
    if not refs:
        return {}
    number, prices = credit_number(invoice), prices_before(invoice, refs)
    found: dict[int, RowTogether] = {}
    for ref in refs:
        rows = (alone(classifier.charge(row), number) for row in part.rows_of(ref))
        found |= {line: made for (_, line), made in put_together(rows, prices[ref]).items()}
    return found


def _tell(invoice: SourceInvoice, part: InvoicePart) -> dict[str, Told]:
    """What is known of the subscriptions of a part, by id in lower case."""
    history = load_history(invoice.source_id, list(part.profiles), part.first_day())
    return {
        ref: Told(profile.starts, part.evidence(ref), history.get(ref) or History(), tuple(profile.cycles))
        for ref, profile in part.profiles.items()
    }


def _charge(
    row: InvoiceRow,
    ref: str,
    known: KnownSubscription,
    verdict: Classified,
    *,
    customer_id: int | None,
    product_id: int | None,
    problem: str,
) -> Charge:
    return Charge(
        line=row.line,
        raw=dict(row.raw),
        kind=verdict.kind,
        motion=verdict.motion or "",
        motion_by=verdict.cause or "",
        customer_id=customer_id,
        subscription_id=known.pk,
        subscription_ref=ref,
        product_id=product_id,
        product_name=fit(row.product_name, 500),
        period=verdict.period,
        start=row.start,
        end=row.end,
        first_day=verdict.days.first,
        last_day=verdict.days.last,
        quantity=row.quantity,
        unit_cost=verdict.unit.cost,
        unit_retail=verdict.unit.retail,
        ratio=row.ratio,
        cost=row.cost,
        retail=row.retail,
        problem=problem,
    )
