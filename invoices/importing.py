"""Detect the source's invoices and import each once, whole.

An invoice is known by its id. A known one is read again only when what the list says of it has
changed (``verify_newest`` also reads those of the newest month, once a day), and what was stored stays.

Until it is settled where billing starts (``Program.baseline_at``), months are read back to the newest regular
one, and the one before it by which that is told; older invoices are recorded by id and never read. What the
source lists at the moment when billing is first switched on is recorded then (``record_start``): what it
issues between that moment and the first sync is no past.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from connectors import registry
from connectors.definition import SourceDefinition
from connectors.errors import ConfigurationError, ConnectorError, RateLimited, TransientError, UnreadableInvoice
from connectors.interface import Source
from connectors.records import InvoiceHeader, SourceSubscription
from core.bulk_saving import fit
from core.scope import partner_scope
from core.turns import wait_for_turn
from invoices.billing_items import recount_invoices
from invoices.counted import newest_month_of
from invoices.directory import unlisted
from invoices.models import SourceInvoice
from invoices.overlaps import settle_overlaps
from invoices.reading import InvoiceCopy, copy_invoice, hash_header, hash_rows
from invoices.reclassifying import reclassify_unknown
from invoices.start import (
    awaits_start,
    has_monthly_rows,
    month_of,
    newest_months,
    program_invoices,
    record_baseline,
    regular_start,
    take_over_past,
)
from invoices.storing import store_invoice
from programs.models import Program, Start

# Of one import; the others are found by domain or name, or when the tenants are read next.
MOST_LOOK_UPS = 50
COMPARED_FOR = dt.timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """An invoice that could not be imported; ``line`` is that of the file where one is to blame."""

    invoice: str
    text: str
    line: int | None
    cure: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. ``imported``, ``changed`` and ``held`` are ids of ``SourceInvoice`` rows.

    ``changed`` are known invoices whose content the source altered and that were not reported
    before. ``not_final`` are numbers. ``baseline_recorded``: what is past was settled in this import.
    """

    imported: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    reclassified: int = 0
    skipped_programs: tuple[str, ...] = ()
    not_final: tuple[str, ...] = ()
    problems: tuple[ImportProblem, ...] = ()
    baseline_recorded: bool = False


def import_invoices(partner_id: int, program_id: int, client: Source, *, verify_newest: bool = False) -> ImportReport:
    """Import what is new at the program's source. Call it outside any scope, after customers and prices.

    A single invoice that cannot be read becomes a problem of the report, and the others go on.
    Raises ``ConfigurationError`` and ``RateLimited``; what was imported before stays.
    """
    work = _Import.begin(partner_id, program_id, client, reclassify=True)
    headers = work.sort_out(client.list_invoices())
    if work.program.baseline_at is None:
        work.import_since_start(headers)
    else:
        work.import_all(header for header in headers if header.invoice_id not in work.known)
    work.look_for_changes(headers, verify_newest=verify_newest)
    return work.report()


def record_start(partner_id: int, program_id: int, client: Source) -> bool:
    """Record what the source lists as billing is first switched on; false when that was done before.

    One call to the source; no invoice is read. Call it outside any scope. Raises what the client raises:
    then the list of the first sync counts instead.
    """
    work = _Import.begin(partner_id, program_id, client)
    return awaits_start(work.program) and work.record_listed(work.sort_out(client.list_invoices()))


@dataclass(slots=True)
class _Known:
    """An invoice that was known before; ``content_hash`` is "" where it was never read."""

    header_hash: str
    content_hash: str
    month: dt.date
    past: bool
    compared_at: dt.datetime | None

    @property
    def is_due(self) -> bool:
        """Whether its rows were not read for a day; a daily sync may begin some hours earlier than the one before."""
        return self.compared_at is None or timezone.now() - self.compared_at > COMPARED_FOR


@dataclass(slots=True)
class _Import:
    """One import under way."""

    partner_id: int
    program: Program
    definition: SourceDefinition
    client: Source
    currency: str
    known: dict[str, _Known]
    reclassified: int = 0
    looked_up: dict[str, SourceSubscription | None] = field(default_factory=dict)
    imported: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    skipped_programs: dict[str, None] = field(default_factory=dict)
    not_final: list[str] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)  # the source's ids: a number may come twice
    baseline_recorded: bool = False

    @classmethod
    def begin(cls, partner_id: int, program_id: int, client: Source, *, reclassify: bool = False) -> _Import:
        with partner_scope(partner_id):
            program = Program.objects.select_related("source__partner").get(pk=program_id)
            reclassified = reclassify_unknown(program) if reclassify else 0
            take_over_past(program)
            columns = ("external_id", "header_hash", "content_hash", "month", "past", "compared_at")
            known = {row[0]: _Known(*row[1:]) for row in program_invoices(program).values_list(*columns)}
        source = program.source
        return cls(
            partner_id=partner_id,
            program=program,
            definition=registry.get_source(source.system),
            client=client,
            currency=source.currency or source.partner.currency,
            known=known,
            reclassified=reclassified,
        )

    def report(self) -> ImportReport:
        return ImportReport(
            imported=tuple(self.imported),
            held=tuple(self.held),
            changed=tuple(self.changed),
            reclassified=self.reclassified,
            skipped_programs=tuple(self.skipped_programs),
            not_final=tuple(self.not_final),
            problems=tuple(self.problems),
            baseline_recorded=self.baseline_recorded,
        )

    def sort_out(self, listed: Iterable[InvoiceHeader]) -> list[InvoiceHeader]:
        """The final invoices of the program, oldest first; the others are only named."""
        ours = []
        for header in listed:
            slug = self.definition.program_of(header)
            if not slug:
                self.skipped_programs[header.program_name] = None
            elif slug == self.program.slug and not header.final:
                self.not_final.append(header.number)
            elif slug == self.program.slug:
                ours.append(header)
        return sorted(ours, key=_age)

    def import_since_start(self, headers: Sequence[InvoiceHeader]) -> None:
        """Go back to the newest regular month, then settle what is past."""
        listed = [header for header in headers if not self._was_issued_since(header)]
        decided = self._search_start(listed)
        self._settle_past(listed, record=self.program.billing_enabled and decided)
        issued_since = (header for header in headers if self._was_issued_since(header))
        self.import_all(header for header in issued_since if not self._was_read(header))

    def record_listed(self, headers: Sequence[InvoiceHeader]) -> bool:
        """Keep the ids that are listed as billing is switched on."""
        with partner_scope(self.partner_id):
            wait_for_turn("invoices", self.program.source_id)
            waiting = Program.objects.filter(pk=self.program.pk, start_listed_at=None, baseline_at=None)
            if not waiting.update(start_listed_at=timezone.now()):
                return False  # somebody else was quicker
            self._keep_unread(headers)
            return True

    def import_all(self, headers: Iterable[InvoiceHeader]) -> bool:
        """Import these one after the other; false when one of them could not be."""
        before = len(self.problems)
        for header in headers:
            self._attempt(header)
        return len(self.problems) == before

    def look_for_changes(self, headers: Iterable[InvoiceHeader], *, verify_newest: bool) -> None:
        """Read known invoices again whose header changed, on demand also those of the newest month that are due."""
        newest = self._newest_month() if verify_newest else None
        for header in headers:
            known = self.known.get(header.invoice_id)
            if known is None or not known.content_hash:
                continue
            is_new = newest is not None and known.month >= newest
            if (is_new and known.is_due) or known.header_hash != hash_header(header):
                self._attempt(header, again=True)

    def _newest_month(self) -> dt.date | None:
        with partner_scope(self.partner_id):
            return newest_month_of(program_invoices(self.program).exclude(content_hash=""))

    def _attempt(self, header: InvoiceHeader, *, again: bool = False) -> None:
        try:
            if again:
                self._compare(header)
            else:
                self._import(header)
        except (ConfigurationError, RateLimited):
            raise
        except ConnectorError as error:
            self.failed.add(header.invoice_id)
            self.problems.append(_describe(header, error))

    def _import(self, header: InvoiceHeader) -> None:
        opened = self.client.open_invoice(header.invoice_id)
        with opened as rows, copy_invoice(header, rows, self.definition.read_row) as copy:
            self._look_up(copy)
            with partner_scope(self.partner_id):
                self._store(header, copy)

    def _store(self, header: InvoiceHeader, copy: InvoiceCopy) -> None:
        wait_for_turn("invoices", self.program.source_id)
        invoice = program_invoices(self.program).filter(external_id=header.invoice_id).first()
        if invoice is not None and invoice.content_hash:
            return  # another import was faster
        if invoice is None:
            unsettled = Program.objects.filter(pk=self.program.pk, baseline_at=None, start_listed_at=None)
            invoice = SourceInvoice(source_id=self.program.source_id, program_slug=self.program.slug)
            invoice.past = unsettled.exists()
        _describe_header(invoice, header, copy.fingerprint.currency or self.currency)
        invoice.compared_at = timezone.now()
        store_invoice(invoice, copy, self.looked_up)
        if settle_overlaps(invoice):
            self.held.append(invoice.pk)
        recount_invoices([invoice])
        self.imported.append(invoice.pk)

    def _look_up(self, copy: InvoiceCopy) -> None:
        """Ask by id for subscriptions that the tenants no longer list."""
        refs = (ref for ref in copy.refs() if ref not in self.looked_up)
        with partner_scope(self.partner_id):
            wanted = unlisted(self.program.source_id, refs, MOST_LOOK_UPS - len(self.looked_up))
        for ref in wanted:
            self.looked_up[ref] = self._ask(ref)

    def _ask(self, ref: str) -> SourceSubscription | None:
        try:
            return self.client.get_subscription(ref)
        except (ConfigurationError, RateLimited):
            raise
        except ConnectorError:
            return None  # the row's own words may still tell whose it is

    def _compare(self, header: InvoiceHeader) -> None:
        with self.client.open_invoice(header.invoice_id) as rows:
            content = hash_rows(header, rows)
        with partner_scope(self.partner_id):
            invoice = program_invoices(self.program).select_for_update(no_key=True).get(external_id=header.invoice_id)
            changed = "" if content == invoice.content_hash else content
            if changed and changed != invoice.changed_hash:
                self.changed.append(invoice.pk)
            invoice.changed_hash, invoice.header_hash, invoice.compared_at = (
                changed,
                hash_header(header),
                timezone.now(),
            )
            invoice.save(update_fields=["changed_hash", "header_hash", "compared_at"])

    def _search_start(self, listed: Iterable[InvoiceHeader]) -> bool:
        """Read month by month, the newest first, until it is known where billing starts; false where that is left open.

        Starting with *latest*, that is once a month is regular; else once one has monthly seats. An invoice that
        cannot be read ends the search too: it may be the very month to start with.
        """
        latest, any_seats = self.program.start == Start.LATEST, False
        for month, group in newest_months(listed):
            unread = (header for header in group if not self._was_read(header))
            all_read = self.import_all(sorted(unread, key=_age))
            with partner_scope(self.partner_id):
                any_seats |= has_monthly_rows(self.program, month)
                found = regular_start(self.program) if latest and self.program.billing_enabled else any_seats
            if found:
                return True
            if not all_read:
                return any_seats or not latest
        return True

    def _settle_past(self, headers: Sequence[InvoiceHeader], *, record: bool) -> None:
        """What could not be read although billing starts with it stays unknown, to be imported later."""
        failed = self.failed if self.program.start == Start.LATEST else set()
        with partner_scope(self.partner_id):
            wait_for_turn("invoices", self.program.source_id)
            self._keep_unread([header for header in headers if header.invoice_id not in failed])
            self.baseline_recorded = record and record_baseline(self.program)
            if self.baseline_recorded:
                program_invoices(self.program).filter(content_hash="", external_id__in=failed).delete()

    def _keep_unread(self, headers: Iterable[InvoiceHeader]) -> None:
        present = set(program_invoices(self.program).values_list("external_id", flat=True))
        missing = [header for header in headers if header.invoice_id not in present]
        SourceInvoice.objects.bulk_create([self._unread(header) for header in missing])

    def _unread(self, header: InvoiceHeader) -> SourceInvoice:
        """An invoice of the past of which no more than the header is kept."""
        invoice = SourceInvoice(source_id=self.program.source_id, program_slug=self.program.slug, past=True)
        _describe_header(invoice, header, header.currency or self.currency)
        return invoice

    def _was_issued_since(self, header: InvoiceHeader) -> bool:
        if self.program.start_listed_at is None:
            return False
        known = self.known.get(header.invoice_id)
        return known is None or not known.past

    def _was_read(self, header: InvoiceHeader) -> bool:
        known = self.known.get(header.invoice_id)
        return known is not None and bool(known.content_hash)


def _describe_header(invoice: SourceInvoice, header: InvoiceHeader, currency: str) -> None:
    invoice.external_id = fit(header.invoice_id, 100)
    invoice.number = fit(header.number, 100)
    invoice.program_name = fit(header.program_name, 200)
    invoice.month = month_of(header)
    invoice.currency = currency
    invoice.header_hash = hash_header(header)
    invoice.header_cost_total = header.cost_total
    invoice.header_retail_total = header.retail_total


def _describe(header: InvoiceHeader, error: ConnectorError) -> ImportProblem:
    line = error.line if isinstance(error, UnreadableInvoice) else None
    if isinstance(error, TransientError):
        cure = "Nothing needs to be done: it is tried again at the next sync."
    else:
        cure = "Ask the distributor for a corrected invoice. It is tried again at every sync."
    return ImportProblem(header.number, str(error), line, cure)


def _age(header: InvoiceHeader) -> tuple[dt.date, str]:
    """Order of issue as far as a header tells: month, then number with its digits as numbers."""
    return month_of(header), re.sub(r"\d+", lambda digits: digits[0].zfill(20), header.number)
