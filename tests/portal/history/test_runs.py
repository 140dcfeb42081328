"""Starting syncs, live progress, reading a run, plans that wait."""

from __future__ import annotations

from typing import Any

import pytest

from core.scope import partner_scope
from programs.models import Program
from syncs.enums import ChangeState, RunKind, RunState, RunStatus
from syncs.models import Finding, Run, RunTemplate
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
    assert response["Location"] == run_path(queued[1])  # one page tells of both
    page = cast.client("bob").get(run_path(queued[1])).content.decode()
    assert "Products first" in page
    assert run_path(queued[0]) in page


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
    with partner_scope(cast.northwind.pk):
        assert not Run.objects.filter(state=RunState.QUEUED).exists()


def test_active_run_polls_its_progress(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state="applying", status="", done=3, total=10, finished_at=None)

    page = cast.client("vera").get(run_path(run)).content.decode()
    fragment = cast.client("vera").get(run_path(run, "progress/")).content.decode()

    assert f'hx-get="{run_path(run, "progress/")}?shown=4"' in page
    assert "3 of 10 written" in fragment
    assert "<html" not in fragment


@pytest.mark.parametrize("shown", ["²", "9" * 5000, "\0"])
def test_progress_takes_anything_for_what_is_shown(cast: Cast, shop: Shop, shown: str) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state="applying", status="", total=200, done=50, finished_at=None)

    assert cast.client("vera").get(run_path(run, "progress/"), {"shown": shown}).status_code == 200


def test_progress_of_a_finished_run_renews_the_page_in_place(cast: Cast, shop: Shop) -> None:
    answer = cast.client("vera").get(run_path(shop.run, "progress/"))

    assert (answer["HX-Trigger"], answer["HX-Reswap"]) == ('{"run-over": {}}', "none")
    assert "run-over" not in cast.client("vera").get(run_path(shop.run)).content.decode()


@pytest.mark.parametrize(
    ("state", "done", "shown", "moves"),
    [
        ("planning", 0, 0, False),
        ("applying", 0, 0, True),  # the plan is made
        ("applying", 0, 1, False),
        ("applying", 3, 1, False),
        ("applying", 6, 1, True),  # a twentieth of it is written since
    ],
)
def test_plan_appears_as_soon_as_it_is_made(
    cast: Cast, shop: Shop, state: str, done: int, shown: int, *, moves: bool
) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state=state, status="", done=done, total=100, finished_at=None)

    answer = cast.client("vera").get(run_path(run, "progress/"), {"shown": shown})

    assert ("HX-Trigger" in answer) == moves
    assert f"?shown={done + 1 if moves else shown}" in answer.content.decode()
    assert 'hx-trigger="plan-moved from:body"' in cast.client("vera").get(run_path(run)).content.decode()


def test_time_left_is_known_before_the_first_write(cast: Cast, shop: Shop, settings: Any) -> None:
    settings.SYNCRO_REQUESTS_PER_MINUTE = 60
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state="applying", status="", total=98, finished_at=None)
        make.ChangeFactory.create_batch(98, run=run, state="planned")
        RunTemplate.objects.create(run=run, template_id="5000", planned_from="")

    page = cast.client("vera").get(run_path(run)).content.decode()

    assert "about 1 min 41 s left" in page  # 98 writes and 2 reads, at 98.5 % of the limit


@pytest.mark.parametrize(
    ("state", "basis", "kind", "expected"),
    [
        ("queued", {}, "billing", "next next next next next"),
        ("reading", {}, "billing", "now next next next next"),
        ("reading", {"source": True}, "billing", "done now next next next"),
        ("planning", {"source": True}, "products", "done done now next"),
        ("settling", {"source": True}, "products", "done done done now"),
        ("reading", {"source": True, "retry": {"run": 1, "items": 2}}, "billing", "now next next next"),
    ],
)
def test_steps_show_where_a_run_is(
    cast: Cast, shop: Shop, state: str, basis: dict[str, object], kind: str, expected: str
) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, kind=kind, state=state, status="", basis=basis, finished_at=None)

    steps = cast.client("vera").get(run_path(run)).context["progress"].steps

    assert " ".join(step.state for step in steps) == expected


def test_pill_shows_what_runs_and_not_what_waits_for_it(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.RunFactory(program=shop.program, kind="products", state="applying", status="", done=3, total=10)
        make.RunFactory(program=shop.program, state="queued", status="", started_at=None)

    assert "3/10" in cast.client("vera").get("/p/northwind/users/").content.decode()


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


@pytest.mark.parametrize(
    ("switch", "told"),
    [("enabled", "is switched off. Switch it on"), ("billing_enabled", "The billing sync is switched off.")],
)
def test_waiting_plan_is_not_applied_while_the_program_is_off(cast: Cast, shop: Shop, switch: str, told: str) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state="waiting", status="", waiting_for="Guard.")
        Program.objects.update(**{switch: False})

    page = cast.client("bob").post(run_path(run, "apply/"), follow=True).content.decode()

    assert told in page
    assert state_of(cast, run) == RunState.WAITING


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
    assert state_of(cast, shop.run) == RunState.FINISHED


def test_running_sync_is_cancelled(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state="applying", status="", finished_at=None)

    cast.client("bob").post(run_path(run, "cancel/"))

    with partner_scope(cast.northwind.pk):
        assert Run.objects.get(pk=run.pk).cancel_requested


def test_failed_item_is_tried_again(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        failed = make.ChangeFactory(
            run=shop.run, customer=shop.customer, state="failed", error="Syncro was busy.",
            template_id=shop.template.external_id,
        )  # fmt: skip
    page = cast.client("bob").get(run_path(shop.run)).content.decode()

    response = cast.client("bob").post(run_path(shop.run, "retry/"), {"change": failed.pk})

    with partner_scope(cast.northwind.pk):
        again = Run.objects.get(state=RunState.QUEUED)
    assert f'name="change" value="{failed.pk}"' in page
    assert response["Location"] == run_path(again)
    assert again.basis["retry"]["templates"] == [shop.template.external_id]
    assert again.basis["retry"]["mappings"] == [shop.mapping.pk]
    assert "It tries again 1 failed item of" in cast.client("bob").get(run_path(again)).content.decode()


@pytest.mark.parametrize("change", ["²", "x", "0", "9" * 30])
def test_item_that_is_none_is_not_tried_again_nor_are_all(cast: Cast, shop: Shop, change: str) -> None:
    with partner_scope(cast.northwind.pk):
        make.ChangeFactory(run=shop.run, customer=shop.customer, state="failed")

    response = cast.client("bob").post(run_path(shop.run, "retry/"), {"change": change})

    assert response.status_code == 404
    with partner_scope(cast.northwind.pk):
        assert not Run.objects.filter(state=RunState.QUEUED).exists()


def test_run_that_broke_off_before_its_plan_is_started_anew_as_a_whole(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        broken = make.RunFactory(program=shop.program, status="error", error="Syncro was down.")
    page = cast.client("bob").get(run_path(broken)).content.decode()

    cast.client("bob").post(run_path(broken, "retry/"))

    assert "Sync again</button>" in page
    with partner_scope(cast.northwind.pk):
        assert Run.objects.get(state=RunState.QUEUED).basis == {}


def test_failed_items_are_not_tried_again_beside_a_plan_that_waits(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.ChangeFactory(run=shop.run, state="failed")
        make.RunFactory(program=shop.program, state="waiting", status="", waiting_for="Guard.")

    page = cast.client("bob").post(run_path(shop.run, "retry/"), follow=True).content.decode()

    assert "A plan waits for a person" in page
    with partner_scope(cast.northwind.pk):
        assert not Run.objects.filter(state=RunState.QUEUED).exists()


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

    card = response.context["report"].cards[1]
    assert card.last_success.pk == shop.run.pk
    assert card.counts == [("failed", 2)]


def test_open_findings_are_those_without_an_end(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Finding.objects.update(closed_at="2026-10-01T00:00:00Z")

    assert "Nothing to decide." in cast.client("vera").get("/p/northwind/inbox/").content.decode()


@pytest.mark.parametrize(("result", "shown"), [("success", 0), ("cancelled", 1)])
def test_cancelled_run_is_found_as_such(cast: Cast, shop: Shop, result: str, shown: int) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, state="cancelled", status="success")
    path = f"/p/northwind/programs/{shop.program.pk}/history/?status={result}"

    page = cast.client("vera").get(path).content.decode()

    assert page.count(f'href="/p/northwind/runs/{run.pk}/"') == shown
