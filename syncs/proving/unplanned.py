"""Where money counts of which nothing was planned: whole invoices, rows set aside, and customers without a posting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping as Known
from typing import NamedTuple

from invoices.models import Charge, InvoiceState, SourceInvoice
from money.enums import Kind
from money.words import NOTHING, Money
from programs.models import Program
from syncs.enums import Bucket

NOT_PLANNED_YET = Bucket.HELD


class Mapped(NamedTuple):
    """What of a mapping decides where the money of a row without a posting is."""

    sync_on: bool
    first_month: dt.date | None


def whole_bucket_of(invoice: SourceInvoice, program: Program) -> Bucket | None:
    """The bucket of an invoice that is not planned from at all."""
    if invoice.state == InvoiceState.HELD:
        return Bucket.HELD
    if invoice.state == InvoiceState.REPLACED or invoice.past or not program.billing_enabled:
        return Bucket.EXCLUDED
    return None


def bucket_without_posting(invoice: SourceInvoice, program: Program, motion: str, mapping: Mapped | None) -> Bucket:
    """The bucket of a customer's rows of which the ledger knows nothing."""
    if motion not in program.motions:
        return Bucket.EXCLUDED
    if mapping is None:
        return Bucket.NOT_MAPPED
    if not mapping.sync_on:
        return Bucket.EXCLUDED
    if mapping.first_month is not None and invoice.month < mapping.first_month:
        return Bucket.NOT_MAPPED
    return NOT_PLANNED_YET


def bucket_aside(charge: Charge, invoice: SourceInvoice, program: Program) -> str:
    """Where a row counts that is in no customer's account; "" for one that is in one."""
    if charge.set_aside or charge.kind == Kind.UNKNOWN or charge.customer_id is None:
        return _counted_as(charge.set_aside or Bucket.UNKNOWN, _whole_of_aside(invoice, program))
    return ""


def amounts_aside(invoice: SourceInvoice, program: Program, aside: Known[str, Money]) -> dict[str, Money]:
    """Unknown rows of an invoice that is held, or does not count, wait for nobody by themselves."""
    whole, found = _whole_of_aside(invoice, program), dict.fromkeys(aside, NOTHING)
    for name, amount in aside.items():
        found[_counted_as(name, whole)] += amount
    return found


def _whole_of_aside(invoice: SourceInvoice, program: Program) -> Bucket | None:
    return Bucket.EXCLUDED if invoice.state == InvoiceState.REVERSED else whole_bucket_of(invoice, program)


def _counted_as(name: str, whole: Bucket | None) -> str:
    return name if whole is None or name == Bucket.EXCLUDED else str(whole)
