"""What a run's page says of its items: old and new, what is folded away, sums, findings, pages."""

from __future__ import annotations

from decimal import Decimal

from core.scope import partner_scope
from money.enums import Action, Severity
from syncs.enums import ChangeState
from syncs.models import Run
from tests import factories as make
from tests.portal.cast import Cast, Shop


def run_path(run: Run, rest: str = "") -> str:
    return f"/p/northwind/runs/{run.pk}/{rest}"


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


def test_run_still_shows_what_it_was_the_first_to_report(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        later = make.RunFactory(program=shop.program)
        make.FindingFactory(first_run=shop.run, last_run=later, subject="", code="paused", text="It is paused")

    for run in (shop.run, later):
        assert "It is paused" in cast.client("vera").get(run_path(run)).content.decode()


def test_change_page_links_source_rows_and_the_target(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        charge = shop.invoice.charges.order_by("line").first()
        assert charge is not None
        shop.change.charge_ids = [charge.pk]
        shop.change.save()

    page = cast.client("vera").get(run_path(shop.run, f"changes/{shop.change.pk}/")).content.decode()

    assert f"1000013, line {charge.line}" in page
    assert 'href="https://northwind.syncromsp.com/' in page


def test_run_page_sums_up_each_customer_before_and_after(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        line = {"name": "Line", "quantity": "2", "retail": "10.00", "cost": "8.00"}
        for state, action in (("done", "add_line"), ("held", "add_line"), ("failed", "add_line")):
            make.ChangeFactory(
                run=shop.run, customer=shop.customer, action=action, state=state, before=None, after=line
            )
        make.ChangeFactory(run=shop.run, customer=shop.customer, action="remove_line", before=line, after=None)
        make.ChangeFactory(run=shop.run, customer=shop.customer, action="keep", before=line, after=line)
        make.ChangeFactory(run=shop.run, customer=shop.customer, state="dropped", before=line)

    (group,) = cast.client("vera").get(run_path(shop.run)).context["groups"]

    # 50.00 -> 77.00 changed, 20.00 added, 20.00 removed, 20.00 kept; held and failed are not written
    assert (group.sum.old, group.sum.new, group.sum.unchanged) == (Decimal("90.00"), Decimal("117.00"), 1)


def test_unchanged_items_are_counted_and_shown_on_demand(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.ChangeFactory(run=shop.run, action="keep", after={"name": "Quiet line", "quantity": "1"}, before=None)
    vera = cast.client("vera")

    folded = vera.get(run_path(shop.run)).content.decode()
    shown = vera.get(run_path(shop.run), {"action": "all"}).content.decode()

    assert "1 item stays as it is" in folded
    assert 'href="?action=all"' in folded
    assert "Quiet line" in shown
    assert "stays as it is" not in shown


def test_currency_is_said_once_over_all_items(cast: Cast, shop: Shop) -> None:
    page = cast.client("vera").get(run_path(shop.run)).content.decode()

    assert page.count("Amounts in USD.") == 1
    assert page.count("<thead role=") == 1


def test_pages_of_a_run_hold_just_what_is_shown(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program)
        outcomes = [(action, state) for action in Action for state in ChangeState if state != ChangeState.SENDING]
        for place, (action, state) in enumerate(outcomes):
            make.ChangeFactory(run=run, action=action, state=state, mark=str(place), template_id=place)
    vera = cast.client("vera")

    pages = [vera.get(f"/p/northwind/runs/{run.pk}/", {"page": number}) for number in (1, 2)]

    shown = [(change.action, change.state) for page in pages for change in page.context["page"]]
    expected = [each for each in outcomes if each[0] != Action.KEEP or each[1] == ChangeState.HELD]
    assert sorted(shown) == sorted(expected)
    assert [page.context["page"].paginator.count for page in pages] == [len(expected)] * 2
    assert (pages[0].context["unchanged"], pages[0].context["report"].failed) == (1, len(Action))


def test_many_warnings_leave_the_notes_in_their_place(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program)
        told = {"program": shop.program, "first_run": run, "last_run": run}
        make.FindingFactory.create_batch(301, severity=Severity.WARNING, subject="", **told)
        make.FindingFactory(severity=Severity.INFO, subject="", text="All is well.", **told)

    page = cast.client("vera").get(f"/p/northwind/runs/{run.pk}/")

    assert len(page.context["report"].loud) == 200
    assert [finding.text for finding in page.context["report"].quiet] == ["All is well."]
