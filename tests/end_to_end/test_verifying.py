"""What the end of a run finds when it reads each written template once more."""

from __future__ import annotations

from core.audit import COMMAND
from core.scope import partner_scope
from money.enums import LineState, PartState
from programs.models import Program
from syncs.enums import RunStatus
from syncs.models import Line, Part, Posting, Run
from syncs.running.starting import start_sync
from tests import factories as make
from tests.end_to_end.occasions import new_customer
from tests.end_to_end.office import Office, finish

CAST = ("adatum",)
LUCERNE = 5026
NEXT_MONTH = "2026-10"


def in_another_program(office: Office, part: Part) -> Part:
    """The same mark, for the month that comes next, in the books of another program whose line is as it was written."""
    posting = part.posting
    other = make.ProgramFactory(slug="another-program", source=posting.program.source, target=posting.program.target)
    copy = Posting.objects.create(
        program=other, customer_id=posting.customer_id, subscription_id=posting.subscription_id,
        motion=posting.motion, period=NEXT_MONTH, fingerprint="sample", template_id=posting.template_id,
    )  # fmt: skip
    return Part.objects.create(
        posting=copy, role=part.role, mark=part.mark, state=PartState.SYNCED, cost=part.cost, retail=part.retail
    )


def test_line_that_differs_fails_its_own_part_and_no_other_of_that_mark(office: Office):
    new_customer(office)
    office.sync()
    (line, *_others) = office.recurring(LUCERNE)
    with partner_scope(office.partner_id()):
        ours = Line.objects.get(line_id=line["id"], state=LineState.STANDING)
        (part,) = Part.objects.filter(mark=ours.mark, state=PartState.SYNCED)
        other = in_another_program(office, part)
    office.edit("edit_line", schedule_id=LUCERNE, line_id=line["id"], values={"quantity": 77})
    office.advance()  # the edited line is set back, and edited once more before it is read at the end
    edit = {"action": "edit_line", "account": "northwind", "schedule_id": LUCERNE, "line_id": line["id"]}
    office.fault(
        "edit_before", vendor="syncro", method="GET", path=f"/schedules/{LUCERNE}$", skip=1,
        edits=[edit | {"values": {"quantity": 99}}],
    )  # fmt: skip

    with partner_scope(office.partner_id()):
        program = Program.objects.get(slug="microsoft-csp")
        (run,) = start_sync(program=program, kinds=["billing"], actor=COMMAND, enqueue=False)
    finish(office.partner_id(), run.pk)

    with partner_scope(office.partner_id()):
        assert Run.objects.get(pk=run.pk).status == RunStatus.ERROR
        failed = Part.objects.filter(mark=ours.mark, state=PartState.FAILED)
        assert [(each.posting.program.slug, each.posting.period) for each in failed] == [("microsoft-csp", NEXT_MONTH)]
        other.refresh_from_db()
        assert other.state == PartState.SYNCED
