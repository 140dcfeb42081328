"""What runs report, remembered: so that only what is new raises a run's status. Inside the scope."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.utils import timezone

from syncs.models import Finding, Run
from syncs.planning.results import Note

SOURCE = "source"  # kind of what reading the source reports, whichever run reads it


def store_notes(run: Run, notes: Iterable[Note], kind: str = "") -> None:
    """Open a finding for each note, or say that an open one is still there."""
    kind = kind or run.kind
    if run.preview:
        return
    by_fingerprint = {_fingerprint(note): note for note in notes}
    known = {
        finding.fingerprint: finding
        for finding in Finding.objects.filter(
            program=run.program_id,
            run_kind=kind,
            closed_at__isnull=True,
            fingerprint__in=by_fingerprint,
        )
    }
    new = []
    for fingerprint, note in by_fingerprint.items():
        finding = known.get(fingerprint)
        if finding is None:
            new.append(_finding(run, kind, fingerprint, note))
            continue
        finding.last_run = run
        finding.text, finding.cure, finding.retail = note.text, note.cure, note.retail
    Finding.objects.bulk_create(new, batch_size=500)
    Finding.objects.bulk_update(known.values(), ["last_run", "text", "cure", "retail"], batch_size=500)


def close_unreported(run: Run, kind: str = "") -> None:
    """What this run no longer reports is over."""
    Finding.objects.filter(program=run.program_id, run_kind=kind or run.kind, closed_at__isnull=True).exclude(
        last_run=run
    ).update(closed_at=timezone.now())


def new_findings(run: Run) -> list[Finding]:
    """What this run is the first to report, the loudest first."""
    order = {"error": 0, "warning": 1, "info": 2}
    found = Finding.objects.filter(first_run=run, closed_at__isnull=True)
    return sorted(found, key=lambda finding: (order[finding.severity], finding.pk))


def open_findings(run: Run) -> list[Finding]:
    """Everything this run reports, new or still waiting."""
    return list(Finding.objects.filter(last_run=run, closed_at__isnull=True).order_by("pk"))


def _fingerprint(note: Note) -> str:
    return hashlib.sha256(f"{note.code}\0{note.key}".encode()).hexdigest()


def _finding(run: Run, kind: str, fingerprint: str, note: Note) -> Finding:
    return Finding(
        program_id=run.program_id,
        run_kind=kind,
        fingerprint=fingerprint,
        severity=note.severity,
        code=note.code,
        subject=note.subject[:200],
        text=note.text,
        cure=note.cure,
        customer_id=note.customer_id,
        retail=note.retail,
        first_run=run,
        last_run=run,
    )
