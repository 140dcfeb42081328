"""Do the customers' invoices carry our lines? Asked of the target once, before planning or resolving."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import chain

from connectors.records import TargetInvoice, TargetInvoiceLine, id_order
from connectors.registry import Target
from money.marks import find_mark
from syncs.facts.evidence import SLACK, Carried, Sought


def find_carried(sought: Iterable[Sought], client: Target) -> dict[str, Carried]:
    """By mark, those of the sought lines that a generated invoice carries: the first one. Calls the target."""
    by_customer: dict[str, list[Sought]] = defaultdict(list)
    for item in sought:
        by_customer[item.customer].append(item)
    if not by_customer:
        return {}
    earliest = min(item.since for item in chain.from_iterable(by_customer.values()))
    since = dt.datetime.combine(earliest - 2 * SLACK, dt.time(), tzinfo=dt.UTC)
    carried: dict[str, Carried] = {}
    for invoice in sorted(client.list_invoices_since(since), key=lambda one: id_order(one.invoice_id)):
        open_items = _open_items(by_customer.get(invoice.customer_id, ()), invoice, carried)
        if open_items:
            lines = client.get_invoice(invoice.invoice_id).lines or ()
            for mark, found in _carried_on(invoice, lines, open_items).items():
                carried[mark] = _then(carried.get(mark), found)
    return carried


def _open_items(items: Iterable[Sought], invoice: TargetInvoice, carried: Collection[str]) -> list[Sought]:
    """Those of a customer's lines that the invoice may prove."""
    return [item for item in items if (item.more or item.mark not in carried) and late_enough(invoice, item)]


def _then(first: Carried | None, second: Carried) -> Carried:
    """The earlier of two invoices, and the later one as a run after it."""
    return second if first is None else replace(first, again=(*first.again, second))


def late_enough(invoice: TargetInvoice, item: Sought) -> bool:
    """Whether an invoice may prove the line: newer than what proved it before, and not dated before it was due."""
    if id_order(invoice.invoice_id) <= id_order(item.after_invoice):
        return False
    return invoice.date is None or invoice.date >= item.since - SLACK


def _carried_on(
    invoice: TargetInvoice, lines: Sequence[TargetInvoiceLine], items: Iterable[Sought]
) -> dict[str, Carried]:
    """By mark, what one invoice with these lines carries of what is sought."""
    carried = {}
    for item in items:
        line = _line_that_carries(lines, item)
        if line is not None:
            carried[item.mark] = Carried(invoice.invoice_id, line.quantity, line.price, invoice.number)
    return carried


def _line_that_carries(lines: Iterable[TargetInvoiceLine], item: Sought) -> TargetInvoiceLine | None:
    """By the mark; by product, quantity and price only where no line shows any mark.

    Another program's line of the same subscription has the same mark: of two, the one with our values is ours.
    """
    every = list(lines)
    marked = [(mark, line) for line in every for text in line.texts if (mark := find_mark(text))]
    ours = [line for mark, line in marked if mark == item.mark]
    same = (item.product_id, item.quantity, item.price)
    among = ours if marked else [line for line in every if line.product_id is not None]
    alike = (line for line in among if (line.product_id, line.quantity, line.price) == same)
    return next(alike, ours[-1] if ours else None)
