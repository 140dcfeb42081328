"""A sync of one customer alone bills that one, as a full sync would, and leaves everybody else as they are."""

from __future__ import annotations

import pytest

from core.audit import COMMAND
from core.scope import partner_scope
from customers.models import Customer
from programs.models import Approval, Program
from syncs.enums import ChangeState, RunState
from syncs.errors import SyncRefused
from syncs.models import Change, Finding, Line, Run
from syncs.running.starting import start_sync, sync_customer
from tests.end_to_end.occasions import edited_lines
from tests.end_to_end.office import Office, Synced
from tests.end_to_end.rightness import right

CAST = ("adatum", "coho-winery")
ADATUM, COHO = 5001, 5010


def customer_of(office: Office, template: int) -> Customer:
    with partner_scope(office.partner_id()):
        return Customer.objects.get(mappings__template__external_id=str(template), mappings__motion="seat_monthly")


def begin(office: Office, template: int, *, preview: bool = False) -> Run:
    with partner_scope(office.partner_id()):
        program = Program.objects.get()
        customer = Customer.objects.get(mappings__template__external_id=str(template), mappings__motion="seat_monthly")
        return sync_customer(program=program, customer=customer, actor=COMMAND, preview=preview)


def templates_written(synced: Synced) -> set[int]:
    return {int(call["path"].split("/")[5]) for call in synced.writes}


def test_new_invoice_is_billed_to_that_customer_and_to_nobody_else(office: Office):
    edited_lines(office, COHO, 1)
    office.sync()
    office.advance()
    before = office.our_lines(ADATUM)

    alone = office._finish(begin(office, COHO))  # the office's own way to end a run

    assert templates_written(alone) == {COHO}
    assert office.our_lines(ADATUM) == before
    full = office.sync()
    assert ADATUM in templates_written(full)  # something could have been written there
    assert COHO not in templates_written(full)
    right(office, ADATUM, COHO)


def test_run_tells_of_that_customer_alone(office: Office):
    office.sync()
    office.advance()
    office._finish(begin(office, COHO))  # as above

    with partner_scope(office.partner_id()):
        run = Run.objects.filter(kind="billing").latest("pk")
        changed = set(Change.objects.filter(run=run).values_list("customer__name", flat=True))
        whole = Run.objects.filter(kind="billing").earliest("pk")
    name = customer_of(office, COHO).name
    assert changed == {name}
    assert len(run.basis["proved"]["retail"]) > 0
    assert run.basis["proved"]["retail"] != whole.basis["proved"]["retail"]


def test_what_waits_of_others_goes_on_waiting(office: Office):
    office.sync()
    with partner_scope(office.partner_id()):
        coho = customer_of(office, COHO)
        others = set(Finding.objects.filter(closed_at=None).exclude(customer=coho).values_list("pk", flat=True))
    assert others

    office._finish(begin(office, COHO))  # as above

    with partner_scope(office.partner_id()):
        assert set(Finding.objects.filter(pk__in=others, closed_at=None).values_list("pk", flat=True)) == others


def test_preview_of_a_customer_writes_nothing(office: Office):
    office.sync()
    office.advance()

    previewed = office._finish(begin(office, COHO, preview=True))  # as above

    assert previewed.writes == []
    with partner_scope(office.partner_id()):
        run = Run.objects.filter(preview=True).get()
        assert run.changes.filter(state=ChangeState.PLANNED).exists()
        assert set(run.changes.values_list("customer__name", flat=True)) == {customer_of(office, COHO).name}


def test_plan_of_a_customer_waits_where_approval_is_required(office: Office):
    office.sync()
    with partner_scope(office.partner_id()):
        Program.objects.update(approval=Approval.REQUIRED)
    office.advance()

    waits = office._finish(begin(office, COHO))  # as above

    assert waits.writes == []
    with partner_scope(office.partner_id()):
        assert Run.objects.filter(kind="billing").latest("pk").state == RunState.WAITING
    with pytest.raises(SyncRefused, match="waits for a person"):
        begin(office, ADATUM)


def test_nobody_joins_a_sync_that_is_about_somebody_else(office: Office):
    office.sync()
    first = begin(office, COHO)

    assert begin(office, COHO).pk == first.pk  # pressed twice
    with pytest.raises(SyncRefused, match="under way"):
        begin(office, ADATUM)
    with partner_scope(office.partner_id()), pytest.raises(SyncRefused, match="One customer"):
        start_sync(program=Program.objects.get(), kinds=["billing"], actor=COMMAND)


def test_customer_of_whom_nothing_syncs_is_refused(office: Office):
    office.sync()
    with partner_scope(office.partner_id()):
        stranger = Customer.objects.exclude(pk__in=Line.objects.values("customer")).filter(mappings=None).first()
        assert stranger is not None
        with pytest.raises(SyncRefused, match="map it first"):
            sync_customer(program=Program.objects.get(), customer=stranger, actor=COMMAND)
