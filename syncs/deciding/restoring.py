"""After a restore the target knows of writes that the ledger does not: runs end, and what may be billed is looked for.

Every write that is newer than the backup was made by a run that the database has forgotten. A line that still stands is
found by its mark on its template, as ever. One that a template has billed since is on an invoice alone: so a one-time
line that the ledger never wrote is looked for on the invoices made since the backup, before it is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable

from django.db.models import Max
from django.utils import timezone

from connectors.registry import Target
from core.audit import Actor, record
from core.scope import partner_scope
from customers.models import Template
from money.enums import Action, PartRole, PartState, Severity
from money.marks import find_mark
from money.plan import Note
from money.words import from_cents, round_to_cent
from programs.models import Approval, Program
from syncs.deciding.findings import store_notes
from syncs.enums import ACTIVE_STATES, ChangeState, RunState, RunStatus
from syncs.facts.evidence import Carried, Sought
from syncs.facts.run_scope import run_scope
from syncs.models import Change, Line, Posting, Run
from syncs.writing.carried import find_carried
from syncs.writing.committing import part_of_change
from syncs.writing.protocol import conclude
from syncs.writing.values import line_from_json

LOOKED_FOR = "looked_for"  # in the basis of a run: marks that were looked for on the invoices
STRANGE = "strange_marks"  # in the basis of a run: marks on our templates that the ledger does not know
OLDER = "older_ledger"  # in the basis of a run: how many of them no run has met before
TWO_MONTHS = dt.timedelta(days=62)  # a ledger without any write: what is planned first is no older
LONGEST_WAIT = dt.timedelta(days=400)  # after that any template has billed what stood on it
ENDED = "A backup was restored while this run was at work. The next sync plans again from what stands now."


# --- A restore that somebody made -----------------------------------------------------------------


def take_as_restored(program: Program, actor: Actor, as_of: dt.datetime | None = None) -> dt.datetime:
    """The database is as old as a backup: no run goes on, and every plan waits. Inside the scope.

    ``as_of``: the ledger knows every write until then; by default until the newest one in it. Answers that instant.
    """
    _end_runs(program)
    program.ledger_as_of = as_of or _newest_write(program)
    program.approval = Approval.REQUIRED
    program.save(update_fields=["ledger_as_of", "approval"])
    record(
        actor, "program.restored", f"{program.name}: every plan waits, a backup of {program.ledger_as_of} was restored"
    )
    return program.ledger_as_of


def _end_runs(program: Program) -> None:
    """What was sent and not answered is resolved by the next run; what was planned is planned again."""
    now = timezone.now()
    waiting = Run.objects.filter(program=program, state=RunState.WAITING)
    active = Run.objects.filter(program=program, state__in=ACTIVE_STATES)
    for runs in (waiting, active):
        changes = Change.objects.filter(run__in=runs)
        changes.filter(state=ChangeState.SENDING).update(state=ChangeState.UNKNOWN)
        changes.filter(state=ChangeState.PLANNED).update(state=ChangeState.DROPPED, error=ENDED)
    waiting.update(state=RunState.SUPERSEDED)
    active.update(
        state=RunState.FINISHED, status=RunStatus.ERROR, error=ENDED, messages=[ENDED], finished_at=now, ticket=None
    )


def _newest_write(program: Program) -> dt.datetime:
    newest: dt.datetime | None = Change.objects.filter(program=program).aggregate(at=Max("sent_at"))["at"]
    return newest or program.created_at - TWO_MONTHS


# --- A restore that nobody told us of -------------------------------------------------------------


def note_strange_marks(run: Run, mapped: Collection[str]) -> None:
    """Our marks on the ``mapped`` templates that the ledger never heard of: is it older than the target?

    Those that an earlier run met already say nothing again. The run's basis is not saved for you. Inside the scope.
    """
    if STRANGE in run.basis or run_scope(run) is not None:
        return
    strange = _strange_marks(run.program, mapped)
    run.basis[STRANGE] = sorted(strange)
    run.basis[OLDER] = len(strange - _met_before(run)) if strange else 0
    if run.basis[OLDER] and not run.preview and _backup_age(run.program) is None:
        run.program.ledger_as_of = _newest_write(run.program)
        run.program.save(update_fields=["ledger_as_of"])


def _met_before(run: Run) -> set[str]:
    """The marks that were strange to the newest run before this one."""
    earlier = Run.objects.filter(program=run.program_id, kind=run.kind, preview=False, basis__has_key=STRANGE)
    met = earlier.exclude(pk=run.pk).order_by("-pk").values_list(f"basis__{STRANGE}", flat=True).first()
    return set(met or ())


def why_older(run: Run) -> str:
    """Why a plan waits that follows from a ledger which may be older than the target; "" where it is not."""
    number = run.basis.get(OLDER, 0)
    if not number:
        return ""
    lines = "1 line" if number == 1 else f"{number} lines"
    return f"{lines} with our marks at {run.program.target.label} are not in the ledger: was a backup restored?"


def note_older(run: Run) -> list[Note]:
    """The same, for people."""
    text = why_older(run)
    cure = (
        "Lines that still stand are taken over, and those that an invoice carries count as billed. Compare the other "
        "one-time lines of the plan with the customers' newest invoices before you apply it."
    )
    return [Note(Severity.WARNING, "older_ledger", "older_ledger", text, cure)] if text else []


def _strange_marks(program: Program, mapped: Collection[str]) -> set[str]:
    templates = Template.objects.filter(target=program.target_id, gone=False, external_id__in=mapped)
    marks = {
        mark
        for lines in templates.values_list("lines", flat=True)
        for line in lines
        if (mark := find_mark(line["description"]))
    }
    marks -= set(Line.objects.filter(target=program.target_id, mark__in=marks).values_list("mark", flat=True))
    sent = Change.objects.filter(mark__in=marks, sent_at__isnull=False) if marks else Change.objects.none()
    return marks - set(sent.values_list("mark", flat=True))


# --- What may be billed already -------------------------------------------------------------------


def take_billed(partner_id: int, run_id: int, open_client: Callable[[], Target]) -> bool:
    """One-time lines of the plan that invoices carry already become billed; true where it must be made again then.

    Outside of any scope: it may call the target, once for each line. Nothing where no backup was restored.
    """
    with partner_scope(partner_id):
        run = Run.objects.select_related("program").get(pk=run_id)
        as_of = _backup_age(run.program)
        planned = _never_written(run) if as_of else []
        sought = _sought(run.program, planned, as_of) if as_of else []
    if not sought:
        return False
    carried = find_carried(sought, open_client())
    with partner_scope(partner_id):
        run = Run.objects.get(pk=run_id)
        run.basis[LOOKED_FOR] = sorted({*run.basis.get(LOOKED_FOR, ()), *(one.mark for one in sought)})
        run.save(update_fields=["basis"])
        found = [(change, carried[change.mark]) for change in planned if change.mark in carried]
        for change, invoice in found:
            _take_as_billed(run, change, invoice)
        store_notes(run, _note_billed(found))
        return bool(found) and not run.preview


def was_restored(program: Program) -> bool:
    """Whether invoices may carry what the ledger does not know: a backup was restored lately."""
    return _backup_age(program) is not None


def _backup_age(program: Program) -> dt.datetime | None:
    """Until when the ledger knows every write, where a backup was restored lately."""
    known = program.ledger_as_of
    return known if known is not None and timezone.now() - known < LONGEST_WAIT else None


def _never_written(run: Run) -> list[Change]:
    """Planned one-time lines that no program of the partner has written, as far as the ledger goes."""
    added = run.changes.filter(action=Action.ADD_LINE, state=ChangeState.PLANNED).exclude(role=PartRole.RECURRING)
    known = Line.objects.filter(target=run.program.target_id).values("mark")
    return list(added.exclude(mark__in=run.basis.get(LOOKED_FOR, ())).exclude(mark__in=known))


def _sought(program: Program, planned: Iterable[Change], as_of: dt.datetime) -> list[Sought]:
    """By their marks alone: without a product, no line that shows no mark is taken for one of them."""
    templates = Template.objects.filter(target=program.target_id)
    customers = dict(templates.values_list("external_id", "customer_external_id"))
    found = []
    for change in planned:
        customer, values = customers.get(change.template_id or ""), line_from_json(change.after or {})
        if customer is not None:
            price = from_cents(values.retail_cents)
            found.append(Sought(change.mark, customer, as_of.date(), None, values.quantity, price))
    return found


def _take_as_billed(run: Run, change: Change, invoice: Carried) -> None:
    """Its part is worth what the invoice carries of it; where that is something else, the rest is planned."""
    text = f"Invoice {invoice.invoice_id} carries it already."
    conclude(change, ChangeState.SKIPPED, reason=text)
    if run.preview:
        return
    values = line_from_json(change.after or {})
    change.run = run
    part = part_of_change(change)
    if not invoice.at(values.quantity, values.retail_cents):
        cost = round_to_cent(invoice.quantity * from_cents(values.cost_cents))
        part.update(cost=cost, retail=round_to_cent(invoice.quantity * invoice.price))
        postings = Posting.objects.filter(program=run.program_id, parts__mark=change.mark, period=change.period)
        postings.update(fingerprint="")
    part.update(state=PartState.BILLED, reason="", cause="")


def _note_billed(found: Iterable[tuple[Change, Carried]]) -> list[Note]:
    return [
        Note(
            Severity.INFO,
            "billed_before",
            f"billed_before:{change.mark}:{change.period}",
            f"{change.what}: invoice {invoice.invoice_id} carries it already, so it counts as billed.",
            customer_id=change.customer_id,
            retail=change.retail,
        )
        for change, invoice in found
    ]
