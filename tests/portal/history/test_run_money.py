"""What a run's page says in money: what it writes, what stays out and why, and whom alone it is about."""

from __future__ import annotations

import re

import pytest

from core.scope import partner_scope
from syncs.enums import RunState
from syncs.models import Run
from tests import factories as make
from tests.portal.cast import Cast, Shop

LINE = {"name": "Line", "quantity": "2", "retail": "10.00", "cost": "8.00"}


def page_of(cast: Cast, run: Run) -> str:
    """The words of the run's page, without tags."""
    html = cast.client("vera").get(f"/p/northwind/runs/{run.pk}/").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def run_of(shop: Shop, **values: object) -> Run:
    """A billing run that adds a line of 20.00 and raises another one from 20.00 to 25.00."""
    run: Run = make.RunFactory(program=shop.program, **values)
    state = "planned" if run.preview or run.state == RunState.WAITING else "done"
    make.ChangeFactory(run=run, customer=shop.customer, action="add_line", state=state, before=None, after=LINE)
    make.ChangeFactory(
        run=run,
        customer=shop.customer,
        action="change_line",
        state=state,
        before=LINE,
        after=LINE | {"retail": "12.50"},
    )
    return run


def test_run_opens_with_a_sentence_in_money(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = run_of(shop)
        run.basis = {
            "proved": {"month": "2026-09", "retail": {"synced": "45", "not_mapped": "29.66"}, "customers_not_mapped": 3}
        }
        run.save()

    assert (
        "2 lines, 45.00 for 1 mapping; before, they came to 20.00 (+ 25.00 ); 29.66 of 3 customers not mapped. "
        "Retail, USD."
    ) in page_of(cast, run).replace(" ;", ";").replace(" .", ".").replace("45.00  for", "45.00 for")


def test_waiting_plan_has_its_sum_on_the_button(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = run_of(shop, state=RunState.WAITING, status="", waiting_for="Approval is required.", total=2)

    button = re.search(
        r"<button[^>]*>(Apply.*?)</button>", cast.client("bob").get(f"/p/northwind/runs/{run.pk}/").content.decode()
    )
    assert button is not None
    assert re.sub(r"<[^>]+>", "", button[1]) == "Apply 2 changes, 45.00 USD"


def test_preview_says_what_a_sync_would_do_and_what_stays_out(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = run_of(shop, preview=True, counts={"created": 1, "updated": 1})
        make.ChangeFactory(run=run, customer=shop.customer, state="held", hold="credit", retail="-19.16")

    page = page_of(cast, run)

    assert "Would create 1" in page
    assert "would be written" in page
    assert "Stays out, and why" in page
    assert "1 held line waits" in page


def test_message_is_shown_beside_the_findings(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.FindingFactory(last_run=shop.run, subject="", code="paused", text="It is paused")
        Run.objects.filter(pk=shop.run.pk).update(messages=["It is paused", "“Monthly”: planned anew."])
        for number in range(3):
            make.FindingFactory(
                last_run=shop.run, subject=str(number), code="renamed", text=f"Note {number}", severity="info"
            )
        more = [*Run.objects.get(pk=shop.run.pk).messages, "and 2 more of the kind"]
        Run.objects.filter(pk=shop.run.pk).update(messages=more)

    page = cast.client("vera").get(f"/p/northwind/runs/{shop.run.pk}/").content.decode()

    assert "<li>“Monthly”: planned anew.</li>" in page
    assert "<li>It is paused</li>" not in page  # it stands above, with its cure
    assert "Note 2" in page
    assert "more of the kind" not in page  # all of them stand there


def test_lines_of_a_run_are_added_up_below_them(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = run_of(shop)

    page = page_of(cast, run)

    assert re.search(r"All lines of this run .* 20\.00 → becomes 45\.00 \+25\.00", page)


@pytest.mark.parametrize("words", [{}, {"preview": "on"}])
def test_customer_is_synced_alone(cast: Cast, shop: Shop, words: dict[str, str]) -> None:
    address = f"/p/northwind/programs/{shop.program.pk}/customers/{shop.customer.pk}/sync/"

    response = cast.client("bob").post(address, words)

    with partner_scope(cast.northwind.pk):
        run = Run.objects.get(state=RunState.QUEUED)
    assert (run.kind, run.preview) == ("billing", bool(words))
    assert response["Location"] == f"/p/northwind/runs/{run.pk}/"
    assert "It is about Contoso, Ltd. alone" in page_of(cast, run).replace("  ", " ")


def test_viewer_and_stranger_sync_no_customer(cast: Cast, shop: Shop) -> None:
    address = f"/p/northwind/programs/{shop.program.pk}/customers/{shop.customer.pk}/sync/"

    assert cast.client("vera").post(address).status_code == 403
    assert cast.client("charlie").post(address).status_code == 404
    with partner_scope(cast.northwind.pk):
        assert not Run.objects.filter(state=RunState.QUEUED).exists()


def test_customer_page_and_row_offer_it(cast: Cast, shop: Shop) -> None:
    address = f"/p/northwind/programs/{shop.program.pk}/customers/{shop.customer.pk}/sync/"
    places = (
        f"/p/northwind/programs/{shop.program.pk}/customers/{shop.customer.pk}/",
        f"/p/northwind/programs/{shop.program.pk}/billing/?tab=all",
    )

    for place in places:
        assert address in cast.client("bob").get(place).content.decode()
        assert address not in cast.client("vera").get(place).content.decode()


def test_history_has_the_number_and_the_money_of_each_run(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program)
        run.basis = {"money": {"lines": 2, "mappings": 1, "old": "20", "new": "45"}}
        run.save()

    page = cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/history/").content.decode()

    assert f">Run {run.pk}</a>" in page
    assert "Lines (USD)" in page
    assert re.search(r'<s class="was">20\.00</s>.*?45\.00', page)


def test_plan_in_the_inbox_has_its_sum_on_the_button(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = run_of(shop, state=RunState.WAITING, status="", waiting_for="Approval is required.", total=2)
        run.basis = {"money": {"lines": 2, "mappings": 1, "old": "20", "new": "45"}}
        run.save()

    page = cast.client("bob").get("/p/northwind/inbox/").content.decode()

    assert re.search(r"Apply <span[^>]*>45\.00 USD</span>", page)
