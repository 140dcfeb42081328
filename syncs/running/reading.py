"""The state *reading*: what the source and the target have now, read once for a full sync."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.utils import timezone

from connections.locales import refresh_locale
from connections.models import Connection
from customers.refreshing import refresh_customers
from customers.target_copy import CopyReading, Listed, read_copy, reread_template
from invoices.importing import ImportReport, import_invoices
from money.enums import Severity
from money.plan import Note
from products.services import ListReading, refresh_price_list, refresh_target_products, reread_products
from syncs.deciding.findings import NOT_IMPORTED, SOURCE, close_unreported, store_notes
from syncs.enums import RunState
from syncs.facts.evidence import Carried, Sought, keep_evidence, lines_to_prove
from syncs.facts.run_scope import RunScope, run_scope
from syncs.models import Run
from syncs.running.abandoned import find_abandoned, resolve_abandoned_lines, resolve_abandoned_products
from syncs.running.planning_products import nothing_in_use
from syncs.running.slices import Slice
from syncs.running.starting import let_products_go_first
from syncs.writing.carried import find_carried

AT_ONCE = 0.01  # seconds: the turn ends, and whoever must go first goes


def read_for_billing(work: Slice) -> RunState | float | None:
    """Invoices from the source; customers and templates from the target.

    First what earlier runs sent and never heard of again is resolved, or it might be sent twice. A
    number is the seconds until that can be done, or a product sync goes first; None asks for another slice.
    """
    with work.bare_run() as run:
        abandoned, wait = find_abandoned(run)
        scope, source_read = run_scope(run), _source_is_read(run)
        products_off = not run.program.products_enabled
    if wait > 0:
        return wait
    resolve_abandoned_lines(work, abandoned)
    if scope is not None and scope.customer is None and read_again(work, scope):  # what failed, and nothing else
        return _ask_what_was_billed(work)
    source = None if source_read else read_source(work)
    with work.whole_run() as run:
        if source is not None:
            keep_source(run, source)
        waits = let_products_go_first(run)
        copy, target = _copy_to_read(run), run.program.target
    if waits:
        return AT_ONCE
    if products_off and not read_target_products(work):
        return None
    if copy is not None and not read_again(work, scope) and not _read_target_copy(work, copy, target):
        return None
    return _ask_what_was_billed(work, {COPY: None})


def _source_is_read(run: Run) -> bool:
    """By the run, or by the product sync that went first."""
    before = run.after is not None and run.after.started_at is not None and "source" in run.after.basis
    return before or "source" in run.basis


def _ask_what_was_billed(work: Slice, basis: Mapping[str, object] = MappingProxyType({})) -> RunState:
    """Which generated invoices carry our lines: with this answer the run's facts are whole.

    ``basis`` is kept with the run at once.
    """
    with work.whole_run() as run:
        run.basis |= basis
        scope = run_scope(run)
        sought = [one for one in lines_to_prove(run.program) if scope is None or one.mark in scope.marks]
        if not sought:
            _keep_evidence(run, sought, {})
        elif basis:
            run.save(update_fields=["basis"])
    if sought:
        carried = find_carried(sought, work.target)
        with work.run() as run:
            _keep_evidence(run, sought, carried)
    return RunState.PLANNING


def _keep_evidence(run: Run, sought: Sequence[Sought], carried: Mapping[str, Carried]) -> None:
    run.basis |= keep_evidence(sought, carried)
    run.save(update_fields=["basis"])


def read_for_products(work: Slice) -> RunState | float | None:
    """Price list and invoices from the source, products from the target.

    First what earlier runs sent and never heard of again is resolved, or it might be sent twice. A
    number is the seconds until that can be done; None asks for another slice.
    """
    with work.bare_run() as run:
        abandoned, wait = find_abandoned(run)
        scope = run_scope(run)
        source_read = "source" in run.basis
    if wait > 0:
        return wait
    resolve_abandoned_products(work, abandoned)
    if read_again(work, scope):  # a retry: what failed is read, and nothing else
        return RunState.PLANNING
    source = None if source_read else read_source(work)
    with work.run() as run:
        if source is not None:
            keep_source(run, source)
        idle = nothing_in_use(run.program)
    return RunState.PLANNING if idle or read_target_products(work) else None


@dataclass(frozen=True, slots=True)
class SourceRead:
    """What reading the source has to say, and the ids of the invoices that it imported."""

    notes: list[Note]
    imported: tuple[int, ...]


def read_source(work: Slice) -> SourceRead:
    """Bring customers, products and invoices up to date. Raises what the source's client raises."""
    customers = refresh_customers(work.partner_id, work.source_id, work.source)
    products = refresh_price_list(work.partner_id, work.source_id, work.source, timezone.now().date())
    imported = import_invoices(work.partner_id, work.program_id, work.source, verify_newest=True)
    notes = [
        Note(Severity.ERROR, "source", f"source:{text}", text) for text in (customers.problem, products.problem) if text
    ]
    return SourceRead(notes + import_notes(imported), imported.imported)


def keep_source(run: Run, read: SourceRead) -> None:
    """The run need not read the source again, and says what was found there. Inside the scope."""
    run.basis["source"] = True
    run.basis["imported"] = list(read.imported)
    run.save(update_fields=["basis"])
    store_notes(run, read.notes, SOURCE)
    close_unreported(run, SOURCE)


def import_notes(report: ImportReport) -> list[Note]:
    """What an import has to say to people."""
    notes = [
        Note(
            Severity.ERROR,
            NOT_IMPORTED,
            f"import:{problem.invoice}:{problem.text}",
            f"Invoice {problem.invoice} was not imported: {problem.text}",
            problem.cure,
        )
        for problem in report.problems
    ]
    notes += [
        Note(
            Severity.INFO,
            "program_skipped",
            f"program:{name}",
            f"Invoices of the program “{name}” are skipped: only Microsoft CSP is synced.",
        )
        for name in report.skipped_programs
    ]
    notes += [
        Note(
            Severity.INFO,
            "not_final",
            f"not_final:{number}",
            f"Invoice {number} is not final yet: it is imported when it is.",
        )
        for number in report.not_final
    ]
    return notes


READING = "products"  # in the basis of a run: since when, and which page comes next; None once all are read


def read_target_products(work: Slice) -> bool:
    """Go on reading until the slice is over; true when all products are read."""
    with work.run() as run:
        if READING in run.basis and run.basis[READING] is None:
            return True
        stored = run.basis.get(READING)
    reading = ListReading(dt.datetime.fromisoformat(stored["since"]), stored["page"]) if stored else None
    left = refresh_target_products(work.partner_id, work.target_id, work.target, reading, lambda: work.over)
    with work.run() as run:
        run.basis[READING] = {"since": left.since.isoformat(), "page": left.page} if left else None
        run.save(update_fields=["basis"])
    return left is None


COPY = "target_copy"  # in the basis of a run, as READING


def _copy_to_read(run: Run) -> CopyReading | None:
    """Where the run goes on reading customers and templates; None where all are read."""
    if COPY not in run.basis:
        return CopyReading(timezone.now())
    stored = run.basis[COPY]
    if stored is None:
        return None
    return CopyReading(dt.datetime.fromisoformat(stored["since"]), Listed(stored["listed"]), stored["page"])


def _read_target_copy(work: Slice, reading: CopyReading, target: Connection) -> bool:
    """Go on reading customers and templates until the slice is over; true when all are read, which is not kept here."""
    if reading.begins:
        refresh_locale(work.partner_id, target, work.target)
    left = read_copy(work.partner_id, work.target_id, work.target, reading, lambda: work.over)
    if left is None:
        return True
    with work.run() as run:
        run.basis[COPY] = {"since": left.since.isoformat(), "listed": left.listed, "page": left.page}
        run.save(update_fields=["basis"])
    return False


MOST_READ_ALONE = 50  # templates and products: more of them are read quicker with the whole list


def read_again(work: Slice, scope: RunScope | None) -> bool:
    """Read what a run of a few is about, fresh; False for a run that has to read everything."""
    if scope is None or len(scope.templates) + len(scope.products) > MOST_READ_ALONE:
        return False
    for template_id in scope.templates:
        reread_template(work.partner_id, work.target_id, work.target, template_id)
    if scope.products:
        reread_products(work.partner_id, work.target_id, work.target, scope.products)
    return True
