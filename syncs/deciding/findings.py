"""What runs report, remembered: so that only what is new raises a run's status. Inside the scope."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from core.bulk_saving import update_differences
from core.turns import wait_for_turn
from customers.models import Mapping
from money.plan import Note
from syncs.enums import ChangeAbout
from syncs.facts.run_scope import run_scope
from syncs.models import Change, Finding, Run

SOURCE = "source"  # kind of what reading the source reports, whichever run reads it
NOT_IMPORTED = "import"  # code of an invoice that could not be imported


def store_notes(run: Run, notes: Iterable[Note], kind: str = "") -> None:
    """Open a finding for each note, or say that an open one is still there; a reminder opens none."""
    kind = kind or run.kind
    scope = run_scope(run)
    by_fingerprint = {_fingerprint(note): note for note in notes if scope is None or scope.tells(note)}
    if run.preview or not by_fingerprint:
        return
    wait_for_turn(f"{kind} findings", run.program_id)  # two runs may read the same news in the source
    known = {
        finding.fingerprint: finding
        for finding in Finding.objects.filter(
            program=run.program_id,
            run_kind=kind,
            closed_at__isnull=True,
            fingerprint__in=by_fingerprint,
        )
    }
    fresh = {key: note for key, note in by_fingerprint.items() if key not in known and note.news}
    Finding.objects.bulk_create([_finding(run, kind, key, note) for key, note in fresh.items()], batch_size=500)
    _say_again(run, [(finding, by_fingerprint[key]) for key, finding in known.items()])


def _say_again(run: Run, repeated: Sequence[tuple[Finding, Note]]) -> None:
    """Most are said in the same words as before: what differs alone is written."""
    Finding.objects.filter(pk__in=[finding.pk for finding, _ in repeated]).update(last_run=run)
    update_differences(Finding, [(finding, _words_of(note)) for finding, note in repeated])


def close_unreported(run: Run, kind: str = "") -> None:
    """What this run no longer reports is over, but for what it had no reason to look into again."""
    unreported = Finding.objects.filter(program=run.program_id, run_kind=kind or run.kind, closed_at__isnull=True)
    unreported = unreported.exclude(last_run=run)
    scope = run_scope(run)
    if scope is not None and scope.customer is not None and kind != SOURCE:  # the source was read for everybody
        unreported = unreported.filter(customer=scope.customer)
    elif scope is not None and scope.customer is None:
        unreported = unreported.filter(fingerprint__in=scope.findings)
    open_ones = list(unreported.values_list("pk", "customer_id", "facts"))
    if not open_ones:
        return
    planned = set(run.changes.values_list("subscription_id", flat=True))
    synced = set(Mapping.objects.filter(program=run.program_id, sync_on=True).values_list("customer_id", flat=True))
    over = [
        pk
        for pk, customer_id, facts in open_ones
        if customer_id not in synced or facts.get("subscription") in {None, *planned}
    ]
    Finding.objects.filter(pk__in=over).update(closed_at=timezone.now())


def new_findings(run: Run) -> list[Finding]:
    """What this run is the first to report, the loudest first, with its customers."""
    order = {"error": 0, "warning": 1, "info": 2}
    found = Finding.objects.filter(first_run=run, closed_at__isnull=True).select_related("customer")
    return sorted(found, key=lambda finding: (order[finding.severity], finding.pk))


def open_findings(run: Run) -> list[Finding]:
    """Everything this run reports, new or still waiting."""
    return list(Finding.objects.filter(last_run=run, closed_at__isnull=True).order_by("pk"))


def finding_of_failure(change: Change) -> str:
    """The key of what is said about a change that failed; it is said again each time it fails."""
    named = change.product_key if change.about == ChangeAbout.PRODUCT else change.mark
    return f"failed:{named}:{change.period}"


def fingerprint_of(code: str, key: str) -> str:
    """By which a finding is known again."""
    return hashlib.sha256(f"{code}\0{key}".encode()).hexdigest()


def _fingerprint(note: Note) -> str:
    return fingerprint_of(note.code, note.key)


def _words_of(note: Note) -> dict[str, Any]:
    return {"text": note.text, "cure": note.cure, "retail": note.retail, "facts": _facts(note)}


def _facts(note: Note) -> dict[str, int | str]:
    known = {"subscription": note.subscription_id, "product": note.product_id, "change": note.change_id}
    facts: dict[str, int | str] = {name: number for name, number in known.items() if number is not None}
    return facts | ({"motion": note.motion} if note.motion else {})


def _finding(run: Run, kind: str, fingerprint: str, note: Note) -> Finding:
    return Finding(
        program_id=run.program_id,
        run_kind=kind,
        fingerprint=fingerprint,
        severity=note.severity,
        code=note.code,
        subject=note.subject[:200],
        customer_id=note.customer_id,
        first_run=run,
        last_run=run,
        **_words_of(note),
    )
