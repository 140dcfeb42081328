"""Each night what is older than it is kept goes; what proves a month that is not closed stays, whatever its age."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from billingsync.tasks import prune, prune_all
from connections.models import CheckState, CredentialCheck
from core.audit import COMMAND, Actor, record
from core.installation import begin_maintenance
from core.models import AuditEntry, InstallationEntry
from core.scope import partner_scope
from invoices.models import Charge, SourceInvoice
from notifications.models import AccountMail, Message, Notice
from programs.models import Program
from syncs.deciding.closing import close_month
from syncs.models import BilledRun, Change, Finding, Line, Part, Posting, Run
from syncs.proving.months import prove_months
from syncs.proving.reconciliation import reconcile_invoice
from tests import factories as make
from tests.portal.cast import Cast, Shop, make_cast, stock_shop

SEPTEMBER = dt.date(2026, 9, 1)
YEARS = dt.timedelta(days=1200)
PROOF = (SourceInvoice, Charge, Posting, Part, Line, BilledRun)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def shop(cast: Cast) -> Shop:
    with partner_scope(cast.northwind.pk):
        return stock_shop()


def old_run(shop: Shop, **values: Any) -> Any:
    """One that ended years ago, and has no change."""
    run = make.RunFactory(program=shop.program, finished_at=timezone.now() - YEARS, **values)
    make.RunFactory(program=shop.program, kind=run.kind)  # it is not the newest
    return run


def is_there(cast: Cast, row: Any) -> bool:
    with partner_scope(cast.northwind.pk):
        return bool(type(row)._default_manager.filter(pk=row.pk).exists())


def run_row(run: Any) -> Run:
    return Run.objects.get(pk=run.pk)


def test_runs_that_wrote_nothing_go_with_what_they_reported(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        old, preview = run_row(old_run(shop)), run_row(old_run(shop, preview=True))
        make.ChangeFactory(run=preview, state="held", mark="BS:AAAAAAAAAA")
        closed = make.FindingFactory(last_run=old, first_run=old, closed_at=timezone.now() - YEARS, fingerprint="old")
        young = run_row(make.RunFactory(program=shop.program, finished_at=timezone.now() - dt.timedelta(days=399)))

    prune()

    assert [is_there(cast, row) for row in (old, preview, young)] == [False, False, True]
    with partner_scope(cast.northwind.pk):
        assert not Finding.objects.filter(pk=closed.pk).exists()


@pytest.mark.parametrize("state", ["done", "failed", "unknown", "sending", "held"])
def test_run_that_proves_a_month_stays(cast: Cast, shop: Shop, state: str) -> None:
    with partner_scope(cast.northwind.pk):
        old = run_row(old_run(shop))
        make.ChangeFactory(run=old, state=state, action="add_line", mark="BS:AAAAAAAAAA")

    prune()

    assert is_there(cast, old)
    with partner_scope(cast.northwind.pk):
        assert Change.objects.filter(run=old).count() == 1


def test_run_that_waits_or_that_something_open_refers_to_stays(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        waits, first = run_row(old_run(shop, state="waiting")), run_row(old_run(shop))
        make.FindingFactory(first_run=first, last_run=shop.run, fingerprint="open", customer=shop.customer)

    prune()

    assert [is_there(cast, row) for row in (waits, first)] == [True, True]


def test_newest_run_of_a_kind_stays_however_old(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Run.objects.filter(kind="products").update(finished_at=timezone.now() - YEARS)
        newest = Run.objects.get(kind="products")

    prune()

    assert is_there(cast, newest)


def test_what_proves_a_month_stays_however_old(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        SourceInvoice.objects.update(month=dt.date(2019, 1, 1))
        before = {model: model.objects.count() for model in PROOF}
        raw = list(Charge.objects.order_by("pk").values_list("raw", flat=True))

    prune()

    with partner_scope(cast.northwind.pk):
        assert {model: model.objects.count() for model in PROOF} == before
        assert list(Charge.objects.order_by("pk").values_list("raw", flat=True)) == raw
    assert before[Charge] > 0
    assert before[Line] > 0


def test_held_lines_that_earlier_versions_wrote_each_day_are_thinned_to_the_first(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        runs = [run_row(old_run(shop)) for _ in range(4)]
        said = {"state": "held", "action": "add_line", "mark": "BS:AAAAAAAAAA", "what": "Sample", "subject": "credit:1"}
        for run, reason in zip(runs, ("one", "one", "two", "two"), strict=True):
            make.ChangeFactory(run=run, customer=shop.customer, reason=reason, **said)

    prune()

    with partner_scope(cast.northwind.pk):
        held = Change.objects.filter(mark="BS:AAAAAAAAAA").order_by("run_id")
        assert list(held.values_list("run_id", "reason")) == [(runs[0].pk, "one"), (runs[2].pk, "two")]
        assert not Run.objects.filter(pk=runs[1].pk, changes__isnull=False).exists()


def test_mails_with_their_texts_and_notices_go_and_what_is_due_stays(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        sent, due = (make.MessageFactory(event=state, state=state) for state in ("sent", "due"))
        Notice.objects.create(event="old", tone="good", subject="Sample", text="Sample", link="/")
        Message.objects.update(created_at=timezone.now() - YEARS)
        Notice.objects.update(created_at=timezone.now() - YEARS)
        kept = Message.objects.exclude(state__in=("sent", "failed")).count()
    mail = AccountMail.objects.create(to="a@northwind.example", kind="sample", state="sent", not_before=timezone.now())
    AccountMail.objects.update(created_at=timezone.now() - YEARS)

    prune()

    with partner_scope(cast.northwind.pk):
        assert not Message.objects.filter(pk=sent.pk).exists()
        assert Message.objects.filter(pk=due.pk).exists()
        assert (Message.objects.count(), Notice.objects.count()) == (kept, 0)
    assert not AccountMail.objects.filter(pk=mail.pk).exists()


def test_sessions_that_ended_go_with_their_place_in_the_list(cast: Cast) -> None:
    client = cast.client("vera")
    ended, living = Session.objects.get(), cast.client("bob")
    UserSession.objects.create(user=cast.users["vera"], session_key=ended.pk, ip="127.0.0.1", user_agent="Sample")
    UserSession.objects.update(last_seen_at=timezone.now() - YEARS)
    Session.objects.filter(pk=ended.pk).update(expire_date=timezone.now() - dt.timedelta(days=31))

    prune()

    assert client.session.session_key
    assert list(Session.objects.values_list("pk", flat=True)) == [living.session.session_key]
    assert not UserSession.objects.filter(session_key=ended.pk).exists()


def test_database_removes_no_audit_of_the_last_year_whatever_is_asked(cast: Cast) -> None:
    with partner_scope(cast.northwind.pk):
        record(COMMAND, "sample", "Young")
        before = AuditEntry.objects.count()

    with connection.cursor() as cursor:
        cursor.execute("SELECT prune_audit(now() + interval '1 day', 1000)")
        assert cursor.fetchone()[0] == 0
    with partner_scope(cast.northwind.pk):
        assert AuditEntry.objects.count() == before


def test_audit_goes_once_it_is_as_old_as_its_setting_says(cast: Cast, time_machine: Any) -> None:
    long_ago = timezone.now() - dt.timedelta(days=3660)
    with partner_scope(cast.northwind.pk):
        AuditEntry.objects.bulk_create([AuditEntry(actor_name="Sample", action="sample", text="Old")])
    time_machine.move_to(long_ago)
    with partner_scope(cast.northwind.pk):
        record(COMMAND, "sample", "Older than ten years")
    InstallationEntry.objects.create(actor_name="Sample", action="sample", text="Older than ten years")
    time_machine.move_to(long_ago + dt.timedelta(days=3660))

    gone = prune_all()

    assert gone["KEEP_AUDIT_DAYS"] == 2
    with partner_scope(cast.northwind.pk):
        assert AuditEntry.objects.filter(text="Old").exists()
        assert not AuditEntry.objects.filter(text="Older than ten years").exists()


def test_nothing_goes_where_all_is_kept_for_ever_or_in_maintenance(cast: Cast, shop: Shop, settings: Any) -> None:
    with partner_scope(cast.northwind.pk):
        old = run_row(old_run(shop))
    for name in ("KEEP_RUNS_DAYS", "KEEP_MAILS_DAYS", "KEEP_AUDIT_DAYS", "KEEP_SESSIONS_DAYS", "KEEP_HISTORY_DAYS"):
        setattr(settings, name, 0)
    assert prune() == 0
    settings.KEEP_RUNS_DAYS = 400
    begin_maintenance("")
    assert prune() == 0
    assert is_there(cast, old)


def test_rows_of_every_partner_go(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        old = run_row(old_run(shop))
    with partner_scope(cast.tailwind.pk):
        CredentialCheck.objects.create(
            system="prism", stores=False, state=CheckState.PASSED, asked_at=timezone.now() - YEARS
        )

    prune()

    assert not is_there(cast, old)
    with partner_scope(cast.tailwind.pk):
        assert CredentialCheck.objects.count() == 0


def close(cast: Cast, shop: Shop, month: dt.date) -> None:
    """An owner closes a month that is proved."""
    prove_months(shop.program, (month,))
    alice = Actor("alice@northwind.example", cast.users["alice"].pk)
    close_month(program=shop.program, month=month, reason="Sample", actor=alice)


@pytest.mark.parametrize("state", ["done", "failed", "held"])
def test_run_that_proves_closed_months_alone_goes(cast: Cast, shop: Shop, state: str) -> None:
    with partner_scope(cast.northwind.pk):
        old, ahead, asked, lost = (run_row(old_run(shop)) for _ in range(4))
        said = {"state": state, "action": "add_line", "mark": "BS:AAAAAAAAAA"}
        make.ChangeFactory(run=old, period="2026-09", **said)
        make.ChangeFactory(run=ahead, period="2026-10", **said)
        make.ChangeFactory(run=asked, period="2026-09", subject=shop.credit.subject, **{**said, "state": "held"})
        make.ChangeFactory(run=lost, period="2026-09", **{**said, "state": "unknown"})
        runs = (old, ahead, asked, lost)
    assert shop.credit.subject

    prune()
    assert [is_there(cast, run) for run in runs] == [True, True, True, True]

    with partner_scope(cast.northwind.pk):
        close(cast, shop, SEPTEMBER)
    prune()
    assert [is_there(cast, run) for run in runs] == [False, True, True, True]


def test_run_stays_while_a_later_month_that_it_may_have_billed_is_open(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        old = run_row(old_run(shop))
        later = old.finished_at.date().replace(day=1)
        earlier = (later - dt.timedelta(days=1)).replace(day=1)
        for month in (earlier, later):
            make.ChargeFactory(invoice=make.SourceInvoiceFactory(source=shop.program.source, month=month))
        make.ChangeFactory(run=old, state="done", action="add_line", mark="BS:AAAAAAAAAA", period=f"{earlier:%Y-%m}")
        close(cast, shop, earlier)

    prune()
    assert is_there(cast, old)

    with partner_scope(cast.northwind.pk):
        close(cast, shop, later)
    prune()
    assert not is_there(cast, old)


def test_raw_rows_of_closed_months_go_and_every_sum_stays(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        SourceInvoice.objects.update(imported_at=timezone.now() - dt.timedelta(days=3660))
        open_one = make.ChargeFactory(
            subscription_ref="s1", kind="unknown", invoice=shop.invoice, customer=shop.customer
        )
        settled = Charge.objects.filter(invoice=shop.invoice).exclude(pk=open_one.pk)
        settled.update(product=shop.product)
        number = settled.count()
    prune()
    with partner_scope(cast.northwind.pk):
        assert settled.exclude(raw={}).count() == number > 1
        before = reconcile_invoice(shop.invoice, shop.program)
        close(cast, shop, SEPTEMBER)
        SourceInvoice.objects.update(imported_at=timezone.now() - dt.timedelta(days=3660))

    gone = prune_all()

    assert gone["KEEP_RAW_ROWS_DAYS"] == number
    with partner_scope(cast.northwind.pk):
        assert settled.exclude(raw={}).count() == 0
        assert Charge.objects.get(pk=open_one.pk).raw == open_one.raw != {}
        assert reconcile_invoice(shop.invoice, shop.program) == before


def test_history_goes_but_for_the_newest_row_of_each_object(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        events = Program.pgh_event_model.objects
        written = events.filter(pgh_obj_id=shop.program.pk).values().latest("pgh_id")
        written.pop("pgh_id")
        for program_id, days, name in (
            (shop.program.pk, 3660, "old"), (shop.program.pk, 3640, "young"),
            (4711, 3661, "older of one that is gone"), (4711, 3660, "newest of one that is gone"),
        ):  # fmt: skip
            at = timezone.now() - dt.timedelta(days=days)
            with time_machine.travel(at):
                events.create(**{**written, "pgh_obj_id": program_id, "slug": name})
        before = set(events.values_list("slug", flat=True))

    gone = prune_all()

    assert gone["KEEP_HISTORY_DAYS"] == 2
    with partner_scope(cast.northwind.pk):
        assert before - set(events.values_list("slug", flat=True)) == {"old", "older of one that is gone"}


def test_database_removes_no_history_of_the_last_year_whatever_is_asked(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        shop.program.notification_emails = ["somebody@northwind.example"]
        shop.program.save()
        before = Program.pgh_event_model.objects.filter(pgh_obj_id=shop.program.pk).count()

    with connection.cursor() as cursor:
        cursor.execute("SELECT prune_history(now() + interval '1 day', 1000)")
        assert cursor.fetchone()[0] == 0
    with partner_scope(cast.northwind.pk):
        assert Program.pgh_event_model.objects.filter(pgh_obj_id=shop.program.pk).count() == before > 1
