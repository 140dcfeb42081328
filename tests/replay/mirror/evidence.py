"""Which of our lines a generated invoice carries, and which stand although they were taken off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.records import InvoiceTemplate, TargetInvoice, TargetInvoiceLine
from money.facts import OwnLine
from money.marks import find_mark
from money.plan import PlannedChange
from money.present import removal_of
from syncs.facts.evidence import Sought
from syncs.writing.carried import find_carried
from tests.replay import form
from tests.replay.words import period_of


def carried_marks(record: form.Record, templates: dict[int, InvoiceTemplate]) -> frozenset[str]:
    """``syncs.facts.evidence.lines_to_prove`` and ``find_carried``."""
    sought = _lines_to_prove(record, templates)
    return frozenset(find_carried(sought, _Invoices(record.target.invoices)))


def leftovers(
    record: form.Record, own_lines: list[OwnLine], templates: dict[int, InvoiceTemplate], planned: set[int | None]
) -> Iterator[PlannedChange]:
    """``syncs.writing.leftovers.removals_of_leftovers``; ``own_lines`` are all of ours, in the order of the record."""
    gone = {
        (own.template_id, own.line_id): own
        for own, told in zip(own_lines, record.written, strict=True)
        if told.state in ("taken off", "billed")
    }
    for template in templates.values():
        for line in template.lines:
            own = gone.get((template.template_id, line.line_id))
            marked = find_mark(line.description) and line.quantity and not line.counted_by_target
            if own is not None and marked and line.line_id not in planned:
                yield removal_of(own, line, line.name, "Still there although it was taken off")


def _lines_to_prove(record: form.Record, templates: dict[int, InvoiceTemplate]) -> Iterator[Sought]:
    confirmed = _confirmed_runs(record)
    for line in record.written:
        template = templates.get(line.template)
        if line.state != "stands" or template is None:
            continue
        recurring = line.what == "recurring"
        since = confirmed.get((line.subscription.lower(), line.motion)) if recurring else line.next_run
        if _may_have_run(template, line, since):
            yield Sought(
                mark=line.mark,
                customer=template.customer_id,
                since=min(since or line.written_on, line.written_on),
                product_id=line.product,
                quantity=line.quantity,
                price=line.retail,
                after_invoice=(line.seen_on or 0) if recurring else 0,
            )


def _confirmed_runs(record: form.Record) -> dict[tuple[str, str], dt.date]:
    """The last one by its days, of amounts of which the recurring part is not known to be billed."""
    open_ones = [
        one
        for one in record.posted
        if one.run and any(part.what == "recurring" and part.state in ("written", "held") for part in one.parts)
    ]
    ordered = sorted(open_ones, key=lambda one: period_of(one.motion, one.days))
    return {(one.subscription.lower(), one.motion): one.run for one in ordered if one.run is not None}


def _may_have_run(template: InvoiceTemplate, line: form.Written, since: dt.date | None) -> bool:
    if since is not None and template.next_run is not None:
        return template.next_run > since
    stands = any(one.line_id == line.line or find_mark(one.description) == line.mark for one in template.lines)
    return line.what != "recurring" and not stands


@dataclass(frozen=True, slots=True)
class _Invoices:
    """What ``find_carried`` asks of a target: its generated invoices."""

    told: tuple[form.GeneratedInvoice, ...]

    def list_invoices_since(self, since: dt.datetime) -> list[TargetInvoice]:
        """All of them: those that are too old are sorted out by their date."""
        return [self.get_invoice(one.id) for one in self.told]

    def get_invoice(self, invoice_id: int) -> TargetInvoice:
        one = next(one for one in self.told if one.id == invoice_id)
        return TargetInvoice(
            invoice_id=one.id,
            customer_id=one.customer,
            number=one.number,
            date=one.date,
            lines=tuple(
                TargetInvoiceLine(line.product, line.texts, line.quantity, line.price, line.cost) for line in one.lines
            ),
        )
