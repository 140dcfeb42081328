"""Starting syncs, live progress, reading a run, plans that wait."""

from __future__ import annotations

from core.scope import partner_scope
from syncs.models import ChangeState, Finding, Run, RunKind, RunState, RunStatus, Severity
from tests import factories as make
from tests.portal.cast import Cast, Shop, rows_of


def run_path(run: Run, rest: str = "") -> str:
    return f"/p/northwind/runs/{run.pk}/{rest}"


def state_of(cast: Cast, run: Run) -> str:
    with partner_scope(cast.northwind.pk):
        return Run.objects.get(pk=run.pk).state


def test_sync_now_starts_all_kinds_that_are_on(cast: Cast, shop: Shop) -> None:
    response = cast.client("bob").post(f"/p/northwind/programs/{shop.program.pk}/sync/", {"kind": ""})

    with partner_scope(cast.northwind.pk):
        queued = list(Run.objects.filter(state=RunState.QUEUED).order_by("pk"))
    assert [run.kind for run in queued] == [RunKind.PRODUCTS, RunKind.BILLING]
    assert queued[0].started_by == "bob@northwind.example"
    assert response["Location"] == run_path(queued[0])


def test_preview_is_a_run_that_writes_nothing(cast: Cast, shop: Shop) -> None:
    cast.client("bob").post(f"/p/northwind/programs/{shop.program.pk}/sync/", {"kind": "billing", "preview": "on"})

    with partner_scope(cast.northwind.pk):
        run = Run.objects.get(state=RunState.QUEUED)
    assert (run.kind, run.preview) == ("billing", True)


def test_program_that_is_off_starts_nothing(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        shop.program.enabled = False
        shop.program.save()

    response = cast.client("bob").post(f"/p/northwind/programs/{shop.program.pk}/sync/", follow=True)

    assert "is switched off" in response.content.decode()


def test_run_page_shows_old_and_new_and_where_it_came_from(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get(run_path(shop.run)).content.decode()

    assert '<s class="was">5</s>' in page
    assert '<s class="was">50.00</s>' in page
    assert '<span class="figure">77.00</span>' in page
    assert "Contoso, Ltd." in page


def test_unchanged_items_are_folded_away_until_asked_for(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.ChangeFactory(run=shop.run, action="keep", after={"name": "Quiet line", "quantity": "1"}, before=None)
    vera = cast.client("vera")

    assert "Quiet line" not in vera.get(run_path(shop.run)).content.decode()
    assert "Quiet line" in vera.get(run_path(shop.run), {"action": "keep"}).content.decode()


def test_held_item_is_shown_even_when_it_writes_nothing(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.ChangeFactory(run=shop.run, action="keep", state="held", after={"name": "Held line", "quantity": "1"})

    assert "Held line" in cast.client("vera").get(run_path(shop.run)).content.decode()


def test_loud_findings_come_before_the_notes(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.FindingFactory(last_run=shop.run, severity=Severity.INFO, subject="", code="note", text="By the way")
        make.FindingFactory(last_run=shop.run, severity=Severity.ERROR, subject="", code="x", text="It failed")

    page = cast.client("vera").get(run_path(shop.run)).content.decode()

    assert page.index("It failed") < page.index("for your information") < page.index("By the way")


def test_change_page_links_source_rows_and_the_target(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        charge = shop.invoice.charges.order_by("line").first()
        assert charge is not None
        shop.change.charge_ids = [charge.pk]
        shop.change.save()

    page = cast.client("vera").get(run_path(shop.run, f"changes/{shop.change.pk}/")).content.decode()

    assert f"1000013, line {charge.line}" in page
    assert 'href="https://northwind.syncromsp.com/' in page


def test_active_run_polls_its_progress(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state="applying", status="", done=3, total=10, finished_at=None)

    page = cast.client("vera").get(run_path(run)).content.decode()
    fragment = cast.client("vera").get(run_path(run, "progress/")).content.decode()

    assert f'hx-get="{run_path(run, "progress/")}"' in page
    assert "3 of 10 written" in fragment
    assert "<html" not in fragment


def test_progress_of_a_finished_run_renews_the_page(cast: Cast, shop: Shop) -> None:
    assert cast.client("vera").get(run_path(shop.run, "progress/"))["HX-Refresh"] == "true"


def test_pill_shows_the_running_sync_on_every_page(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.RunFactory(program=shop.program, state="applying", status="", done=3, total=10, finished_at=None)

    assert "3/10" in cast.client("vera").get("/p/northwind/users/").content.decode()


def test_waiting_plan_is_applied(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state="waiting", status="", waiting_for="Approval is required.")

    page = cast.client("bob").get(run_path(run)).content.decode()
    cast.client("bob").post(run_path(run, "apply/"))

    assert "Approval is required." in page
    assert state_of(cast, run) == RunState.SETTLING  # first what a dead run sent is resolved


def test_waiting_plan_is_discarded(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state="waiting", status="", waiting_for="Guard.")
        make.ChangeFactory(run=run, state="planned")

    cast.client("bob").post(run_path(run, "discard/"))

    assert state_of(cast, run) == RunState.DISCARDED
    with partner_scope(cast.northwind.pk):
        assert run.changes.get().state == ChangeState.DROPPED


def test_finished_plan_cannot_be_applied_again(cast: Cast, shop: Shop) -> None:
    response = cast.client("bob").post(run_path(shop.run, "apply/"), follow=True)

    assert "no longer waits" in response.content.decode()


def test_running_sync_is_cancelled(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state="applying", status="", finished_at=None)

    cast.client("bob").post(run_path(run, "cancel/"))

    with partner_scope(cast.northwind.pk):
        assert Run.objects.get(pk=run.pk).cancel_requested


def test_failed_item_is_tried_again(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        failed = make.ChangeFactory(run=shop.run, state="failed", error="Syncro was busy.")

    response = cast.client("bob").post(run_path(shop.run, "retry/"), {"change": failed.pk})

    with partner_scope(cast.northwind.pk):
        again = Run.objects.get(state=RunState.QUEUED)
    assert response["Location"] == run_path(again)


def test_history_filters_by_result(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        bad = make.RunFactory(program=shop.program, status=RunStatus.ERROR)

    page = cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/history/", {"status": "error"})

    assert [row.pk for row in rows_of(cast, page)] == [bad.pk]
    assert "1 of 3" in page.content.decode()


def test_overview_shows_the_last_success_although_the_last_run_failed(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.RunFactory(program=shop.program, status=RunStatus.ERROR, counts={"failed": 2})

    response = cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/")

    card = response.context["cards"][1]
    assert card.last_success.pk == shop.run.pk
    assert card.counts == [("failed", 2)]


def test_open_findings_are_those_without_an_end(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Finding.objects.update(closed_at="2026-10-01T00:00:00Z")

    assert "Nothing to decide." in cast.client("vera").get("/p/northwind/inbox/").content.decode()
