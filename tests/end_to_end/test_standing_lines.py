"""What stands at the target without a charge is said on the run, in its mail and by ``reconcile``."""

from __future__ import annotations

from decimal import Decimal

from core.scope import partner_scope
from invoices.models import Charge, SetAside
from notifications.models import Message
from syncs.models import Line
from tests.end_to_end.office import ACCOUNT, Json, Office, amount_of, command, mark_of

CAST = ("adatum", "coho-winery")
ADATUM, COHO = 5001, 5010


def recurring(office: Office) -> list[Json]:
    return [line for template in (ADATUM, COHO) for line in office.recurring(template)]


def leave_out_october(office: Office) -> dict[str, Decimal]:
    """The new month charges half of the lines no more; what they bill, by mark."""
    bills = {mark_of(line): amount_of([line]) for line in recurring(office)}
    marks = sorted(bills)[: len(bills) // 2]
    with partner_scope(office.partner_id()):
        subscriptions = Line.objects.filter(mark__in=marks).values("subscription")
        rows = Charge.objects.filter(subscription__in=subscriptions, invoice__month="2026-10-01")
        assert rows.update(set_aside=SetAside.EXCLUDED) > 0
    return {mark: bills[mark] for mark in marks}


def test_lines_whose_removal_waits_are_named_as_long_as_they_stand(office: Office):
    office.advance()
    office.sync("products")
    left = leave_out_october(office)
    assert len(left) >= 2  # fewer are taken off unasked

    first = office.sync("billing")

    standing = [line for line in recurring(office) if mark_of(line) in left]
    assert len(standing) == len(left)
    assert first.billing["status"] == "warning"
    assert first.messages.count("stands without a charge") == len(left)
    with partner_scope(office.partner_id()):
        assert Message.objects.filter(text__contains="stands without a charge").count() == 1
    _, told = command("reconcile", "--partner", ACCOUNT, "--json")
    assert {month["period"]: Decimal(month["stands_without_charge"]) for month in told["months"]} == {
        "2026-09": Decimal(0),
        "2026-10": amount_of(standing),
    }
    assert office.sync("billing").statuses == ["no_change"]

    office.decide("month:2026-10", "complete")
    office.sync("billing")

    assert [line for line in recurring(office) if mark_of(line) in left] == []
    assert office.findings("stands_without_charge") == []
    _, told = command("reconcile", "--partner", ACCOUNT, "--json")
    assert {month["stands_without_charge"] for month in told["months"]} == {"0.00"}


def test_month_that_ended_without_an_invoice_lists_all_lines(office: Office):
    total = amount_of(recurring(office))
    for day in ("2026-11-10", "2026-11-11"):  # by our clock it may be any day
        assert office.findings("not_invoiced") == []
        with office.store.exclusive():
            office.store.remember("today", day)
        office.sync("billing")
    (told,) = office.findings("not_invoiced")
    assert (told.subject, told.retail) == ("month:2026-10", total)
    assert "has ended without an invoice" in told.text
    for template in (ADATUM, COHO):
        office.edit("run_template", schedule_id=template)

    office.decide("month:2026-10", "complete")
    office.sync("billing")

    assert recurring(office) == []
    assert office.findings("stands_without_charge") == []
    assert office.findings("not_invoiced") == []
