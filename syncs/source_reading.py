"""Read the source once for a full sync: customers, price list, new invoices."""

from __future__ import annotations

from django.utils import timezone

from customers.refreshing import refresh_customers
from invoices.importing import ImportReport, import_invoices
from products.services import refresh_price_list
from syncs.findings import SOURCE, close_unreported, store_notes
from syncs.models import Severity
from syncs.planning.results import Note
from syncs.slices import Slice


def read_source(work: Slice) -> None:
    """Bring customers, products and invoices up to date. Raises what the source's client raises."""
    customers = refresh_customers(work.partner_id, work.source_id, work.source)
    products = refresh_price_list(work.partner_id, work.source_id, work.source, timezone.now().date())
    imported = import_invoices(work.partner_id, work.program_id, work.source, verify_newest=True)
    notes = [
        Note(Severity.ERROR, "source", f"source:{text}", text) for text in (customers.problem, products.problem) if text
    ]
    notes += import_notes(imported)
    with work.run() as run:
        run.basis["source"] = True
        run.basis["imported"] = list(imported.imported)
        run.save(update_fields=["basis"])
        store_notes(run, notes, SOURCE)
        close_unreported(run, SOURCE)


def import_notes(report: ImportReport) -> list[Note]:
    """What an import has to say to people."""
    notes = [
        Note(
            Severity.ERROR,
            "import",
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
