"""Which of our lines a generated invoice carries, and which stand although they were taken off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.records import InvoiceTemplate, TargetInvoice, TargetInvoiceLine
from money.facts import OwnLine, RunAhead
from money.marks import find_mark
from money.periods import months_between
from money.plan import PlannedChange
from money.present import removal_of
from syncs.facts.evidence import Sought
from syncs.writing.carried import find_carried
from tests.replay import form
from tests.replay.words import period_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """What generated invoices say of our lines."""

    carried: frozenset[str]
    ahead: tuple[RunAhead, ...]


def read_evidence(record: form.Record, templates: dict[str, InvoiceTemplate]) -> Evidence:
    """``syncs.facts.evidence.lines_to_prove`` and ``find_carried``."""
    sought = list(_lines_to_prove(record, templates))
    written = {one.mark: one for one in sought}
    settled = {one.mark for one in sought if one.settled}
    found = find_carried(sought, _Invoices(record.target.invoices))
    ahead = [
        RunAhead(mark, one.invoice_id, one.quantity, one.price, written[mark].quantity, written[mark].price)
        for mark, first in found.items()
        for one in ((first, *first.again) if mark in settled else first.again)
    ]
    return Evidence(frozenset(found.keys() - settled), tuple(ahead))


def leftovers(
    record: form.Record, own_lines: list[OwnLine], templates: dict[str, InvoiceTemplate], planned: set[str | None]
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


def _lines_to_prove(record: form.Record, templates: dict[str, InvoiceTemplate]) -> Iterator[Sought]:
    confirmed = _confirmed_runs(record)
    for line in record.written:
        template = templates.get(line.template)
        if line.state != "stands" or template is None:
            continue
        recurring = line.what == "recurring"
        since = confirmed.get((line.subscription.lower(), line.motion)) if recurring else line.next_run
        ran, seen = _may_have_run(template, line, since), line.next_run
        moved = seen is not None and template.next_run is not None and template.next_run > seen
        if ran or (recurring and moved and line.seen_on and since is None):
            yield Sought(
                mark=line.mark,
                customer=template.customer_id,
                since=min(since or line.next_run or line.written_on, line.written_on),
                product_id=line.product,
                quantity=line.quantity,
                price=line.retail,
                after_invoice=(line.seen_on or "") if recurring else "",
                settled=not ran,
                more=recurring and not _ran_once(template, seen),
                next_run=template.next_run,
            )


def _ran_once(template: InvoiceTemplate, seen: dt.date | None) -> bool:
    """A month later on the same day, or where the month is too short on its last one."""
    if seen is None or template.next_run is None or template.frequency != "Monthly":
        return False
    same_day = template.next_run.day == seen.day or (template.next_run + dt.timedelta(days=1)).day == 1
    return months_between(seen, template.next_run) == 1 and same_day


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

    def get_invoice(self, invoice_id: str) -> TargetInvoice:
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
