"""The dashboard: is the billing right, what each program came to, and the way to the first sync."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connections.models import Connection, ConnectionStatus
from core.audit import COMMAND
from core.scope import partner_scope
from customers.models import Mapping
from money.enums import Severity
from syncs.deciding.closing import close_month
from syncs.enums import RunStatus
from syncs.models import Finding, Line, MonthTotal, Run
from syncs.proving.months import prove_months
from tests import factories as make
from tests.portal.cast import Cast, Shop

HOME = "/p/northwind/"


def boards(cast: Cast) -> list[Any]:
    found: list[Any] = cast.client("vera").get(HOME).context["report"].boards
    return found


def points(cast: Cast) -> list[tuple[str, Decimal | None]]:
    return [(point.place, point.amount) for point in boards(cast)[0].verdict.points]


def settle(cast: Cast, shop: Shop) -> None:
    """Nothing waits any more, everybody is mapped, and a sync proved it."""
    with partner_scope(cast.northwind.pk):
        Finding.objects.all().delete()
        shop.held.delete()
        make.MappingFactory(program=shop.program, customer=shop.customer, motion="azure_plan")
        shop.invoice.charges.update(set_aside="excluded")
        prove_months(shop.program, ())


def test_billing_is_right_when_nothing_waits_and_all_are_mapped(cast: Cast, shop: Shop) -> None:
    settle(cast, shop)

    page = cast.client("vera").get(HOME).content.decode()

    assert "Your billing is right." in page
    assert page.index("Your billing is right.") < page.index("Last success")


def test_what_waits_and_what_is_not_mapped_is_said_with_its_money(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        prove_months(shop.program, ())

    assert boards(cast)[0].verdict.tone == "warn"
    assert points(cast) == [("decide", Decimal("50.00")), ("map", Decimal("10.00"))]


def test_error_of_the_last_sync_is_said_first(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.FindingFactory(last_run=shop.run, severity=Severity.ERROR, code="failed", subject="", retail="7.00")
        prove_months(shop.program, ())

    assert boards(cast)[0].verdict.tone == "bad"
    assert points(cast)[0] == ("failed", None)


def test_sums_that_are_opposite_are_not_added_as_if_they_were_not(cast: Cast, shop: Shop) -> None:
    credit = {"kind": "credit", "cost": "-50.00", "retail": "-54.00"}
    with partner_scope(cast.northwind.pk):
        make.ChargeFactory(invoice=shop.invoice, customer=shop.customer, **credit)
        prove_months(shop.program, ())

    assert points(cast)[0] == ("decide", Decimal("-4.00"))


def test_billing_is_not_called_right_once_no_sync_has_proved_it_for_days(cast: Cast, shop: Shop) -> None:
    settle(cast, shop)
    with partner_scope(cast.northwind.pk):
        MonthTotal.objects.update(proved_at=timezone.now() - dt.timedelta(days=3))

    verdict = boards(cast)[0].verdict

    assert (verdict.tone, verdict.points[0].text.startswith("No proof since ")) == ("info", True)


def test_sync_that_broke_off_leaves_the_month_unknown(cast: Cast, shop: Shop) -> None:
    settle(cast, shop)
    with partner_scope(cast.northwind.pk):
        make.FindingFactory(last_run=shop.run, severity=Severity.ERROR, code="run", subject="", retail=0)

    verdict = boards(cast)[0].verdict

    assert (verdict.tone, verdict.points[0].place) == ("info", "last_run")
    assert verdict.points[0].text.startswith("The last sync ended with an error: no proof since ")


def test_older_month_with_open_money_is_said_until_an_owner_closes_it(cast: Cast, shop: Shop) -> None:
    settle(cast, shop)
    with partner_scope(cast.northwind.pk):
        older = make.SourceInvoiceFactory(source=shop.program.source, month=dt.date(2026, 7, 1))
        make.ChargeFactory(invoice=older, customer=shop.customer, retail="12.00", cost="10.00", motion="seat_annual")
        prove_months(shop.program, ())

    assert [(one.place, one.period) for one in boards(cast)[0].verdict.points if one.place == "month"] == [
        ("month", "2026-07")
    ]
    with partner_scope(cast.northwind.pk):
        close_month(program=shop.program, month=older.month, reason="Sample", actor=COMMAND)
    assert [one.place for one in boards(cast)[0].verdict.points] == ["map"]


@pytest.mark.parametrize(
    ("state", "told"), [("discarded", "The last plan was discarded"), ("cancelled", "The last sync was cancelled")]
)
def test_billing_is_not_complete_while_a_plan_was_stopped(cast: Cast, shop: Shop, state: str, told: str) -> None:
    settle(cast, shop)
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state=state)
        make.ChangeFactory(run=run, customer=shop.customer, state="dropped")

    verdict = boards(cast)[0].verdict

    assert verdict.headline == "Your billing is not complete."
    assert [(point.place, point.text.partition(":")[0]) for point in verdict.points] == [("last_run", told)]


def test_nothing_is_known_of_a_billing_that_never_succeeded(cast: Cast, shop: Shop) -> None:
    settle(cast, shop)
    with partner_scope(cast.northwind.pk):
        Run.objects.filter(kind="billing").update(state="cancelled")
        MonthTotal.objects.all().delete()

    assert boards(cast)[0].verdict.headline == "Not known yet."


def test_nothing_is_known_before_the_first_sync(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Run.objects.update(after=None)
        Finding.objects.all().delete()
        Run.objects.all().delete()

    assert boards(cast)[0].verdict.headline == "Not known yet."


def test_money_that_is_not_mapped_is_true_right_after_unmapping(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Mapping.objects.all().delete()

    assert boards(cast)[0].unmapped.retail == Decimal("60.00")


def test_each_program_shows_its_own_invoice(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        other = make.ProgramFactory(source=shop.program.source, target=shop.program.target, slug="other")
        make.SourceInvoiceFactory(source=other.source, program_slug="other", number="C-77")

    assert [(board.program.pk, board.invoice.number) for board in boards(cast)] == [
        (shop.program.pk, "1000014"), (other.pk, "C-77"),
    ]  # fmt: skip


def test_each_card_starts_a_sync_of_its_own_kind(cast: Cast, shop: Shop) -> None:
    page = cast.client("bob").get(f"/p/northwind/programs/{shop.program.pk}/").content.decode()

    for kind, name in (("products", "Products"), ("billing", "Customers")):
        assert page.count(f'name="kind" value="{kind}"') == 2
        assert f'Sync now<span class="visually-hidden">: {name}</span>' in page
        assert f'History<span class="visually-hidden">: {name}</span>' in page


@pytest.mark.parametrize(("state", "word"), [("cancelled", "Cancelled"), ("discarded", "Discarded")])
def test_card_of_a_stopped_sync_says_so_and_not_what_its_result_would_be(
    cast: Cast, shop: Shop, state: str, word: str
) -> None:
    with partner_scope(cast.northwind.pk):
        Run.objects.filter(kind="billing").update(state=state, status=RunStatus.SUCCESS)

    page = cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/").content.decode()

    card = page[page.index("<h2>Customers</h2>") : page.index("Last success", page.index("<h2>Customers</h2>"))]
    assert word in card
    assert "Success" not in card


# --- The set-up checklist -------------------------------------------------------------------------


def steps(cast: Cast) -> list[Any]:
    with partner_scope(cast.northwind.pk):
        Run.objects.update(status=RunStatus.ERROR)
        Line.objects.all().delete()
    found: list[Any] = cast.client("alice").get(HOME).context["steps"]
    return found


@pytest.mark.parametrize(
    ("status", "verb"),
    [
        (ConnectionStatus.NOT_ENABLED, "Request"),
        (ConnectionStatus.REQUESTED, ""),
        (ConnectionStatus.READY, "Connect"),
    ],
)
def test_target_is_requested_before_it_is_connected(
    cast: Cast, shop: Shop, settings: Any, status: ConnectionStatus, verb: str
) -> None:
    settings.TARGETS_ENABLED_BY_DEFAULT = False
    with partner_scope(cast.northwind.pk):
        Connection.objects.filter(system="syncro").update(status=status)

    target = steps(cast)[1]

    assert (target.done, target.next, target.verb) == (False, True, verb)


def test_one_step_is_marked_as_the_next(cast: Cast, shop: Shop) -> None:
    assert [step.title for step in steps(cast) if step.next] == ["Sync"]


def test_months_stand_beside_each_other(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        prove_months(shop.program, ())
    assert "Months beside each other" not in cast.client("vera").get(HOME).content.decode()  # of one month
    with partner_scope(cast.northwind.pk):
        for month in range(1, 9):
            older = make.SourceInvoiceFactory(source=shop.program.source, month=dt.date(2026, month, 1))
            make.ChargeFactory(invoice=older, customer=shop.customer, retail=Decimal(month))
        prove_months(shop.program, ())

    for page in (HOME, f"{HOME}programs/{shop.program.pk}/"):
        answer = cast.client("vera").get(page)
        report = answer.context["report"]
        months = (report.boards[0] if page == HOME else report).months
        assert "Months beside each other" in answer.content.decode()
        assert [month.period for month in months] == [f"2026-0{month}" for month in (9, 8, 7, 6, 5, 4)]
        assert [month.account.open_retail for month in months] == [60, 8, 7, 6, 5, 4]


def test_checklist_stays_until_a_sync_has_written_a_line(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        lines = list(Line.objects.all())
        Line.objects.all().delete()  # the runs of the shop succeeded
    alice = cast.client("alice")

    before = alice.get(HOME).context["steps"]
    with partner_scope(cast.northwind.pk):
        Line.objects.bulk_create(lines)

    assert [step.title for step in before if step.next] == ["Sync"]
    assert alice.get(HOME).context["steps"] == []
