"""An invoice is its reconciliation: customers beside what became of their money, and behind each number its rows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from core.scope import partner_scope
from money.enums import Kind, PartRole, PartState
from portal.invoices import views
from syncs.models import Part, Posting
from tests import factories as make
from tests.portal.cast import Cast, Shop, rows_of

PRORATED = Decimal("257.60")  # 69 x 8.00 x 14/30


def path_of(shop: Shop, way: str = "") -> str:
    return f"/p/northwind/programs/{shop.program.pk}/invoices/{shop.invoice.pk}/{way}"


def add_rows(shop: Shop) -> None:
    """Beside the shop's two: a prorated row that stands on a template, one nobody mapped, an unknown, one set aside."""
    subscription = make.SubscriptionFactory(customer=shop.customer)
    row = make.ChargeFactory(
        invoice=shop.invoice, customer=shop.customer, subscription=subscription, kind=Kind.PRORATION, retail=PRORATED,
        quantity=Decimal(69), unit_retail=Decimal(8), ratio=Decimal("0.466666666667"),
        first_day=dt.date(2026, 9, 1), last_day=dt.date(2026, 9, 14),
    )  # fmt: skip
    line = make.LineFactory(
        program=shop.program, customer=shop.customer, subscription=subscription, template_id=shop.template.external_id
    )
    posting = Posting.objects.create(
        program=shop.program, customer=shop.customer, subscription=subscription, motion=row.motion, period=row.period,
        charge_count=1, source_cost=row.cost, source_retail=row.retail,
    )  # fmt: skip
    Part.objects.create(
        posting=posting, role=PartRole.RECURRING, mark=line.mark, state=PartState.SYNCED, cost=row.cost,
        retail=row.retail - Decimal(7),
    )  # fmt: skip
    Part.objects.create(
        posting=posting, role=PartRole.ADJUSTMENT, mark="BS:held", state=PartState.HELD, cost=0, retail=Decimal(7),
        reason="Sample reason",
    )  # fmt: skip
    unmapped = make.CustomerFactory(source=shop.program.source, name="Wingtip Toys")
    make.ChargeFactory(invoice=shop.invoice, customer=unmapped, retail=Decimal(30))
    make.ChargeFactory(invoice=shop.invoice, customer=None, subscription=None, subscription_ref="", kind="unknown")
    make.ChargeFactory(invoice=shop.invoice, customer=shop.customer, set_aside="held", retail=Decimal(11))


@pytest.fixture
def varied(cast: Cast, shop: Shop) -> Shop:
    with partner_scope(cast.northwind.pk):
        add_rows(shop)
    return shop


def numbers_of(page: Any) -> list[tuple[Any, Any]]:
    """Each customer with each of its numbers that is not zero."""
    return [(one, cell) for one in page.context["rows"] for cell in (one.invoiced, *one.cells) if cell.amount]


def amounts_of(listed: Any, rows: list[Any], part: str) -> list[Decimal]:
    """What the rows of a list come to in one part; in all where none is named."""
    if not part:
        return [row.retail for row in rows]
    told = listed.context["table"].told
    return [amount for row in rows for name, amount in told[row.pk].parts if name == part]


def test_customers_and_parts_add_up_to_the_invoice(cast: Cast, varied: Shop) -> None:
    page = cast.client("vera").get(path_of(varied))

    balance = page.context["account"].balance
    assert balance.balanced
    assert page.context["sum"] == balance.total.source.retail == sum(page.context["sums"])
    assert {one.row.name: one.row.motion_label for one in page.context["rows"]} == {
        "Contoso, Ltd.": "Seat Based Monthly", "Wingtip Toys": "Seat Based Monthly", "": "",
    }  # fmt: skip
    for one in page.context["rows"]:
        assert one.invoiced.amount == sum(cell.amount for cell in one.cells)


def test_each_number_leads_to_the_rows_that_it_is_made_of(cast: Cast, varied: Shop) -> None:
    client = cast.client("vera")
    found = {}
    for one, cell in numbers_of(client.get(path_of(varied))):
        listed = client.get(cell.url)
        rows = rows_of(cast, listed)
        found[one.row.name, one.row.motion, cell.label] = len(rows)
        part = cell.url.partition("became=")[2]
        assert sum(amounts_of(listed, rows, part)) == cell.amount

    assert found == {
        ("Contoso, Ltd.", "azure_plan", "Invoiced"): 1,
        ("Contoso, Ltd.", "azure_plan", "Not mapped"): 1,
        ("Contoso, Ltd.", "seat_monthly", "Invoiced"): 2,
        ("Contoso, Ltd.", "seat_monthly", "Ready to be billed"): 1,
        ("Contoso, Ltd.", "seat_monthly", "Held"): 2,
        ("Wingtip Toys", "seat_monthly", "Invoiced"): 1,
        ("Wingtip Toys", "seat_monthly", "Not mapped"): 1,
        ("", "", "Invoiced"): 2,
        ("", "", "Held"): 1,
        ("", "", "Unknown"): 1,
    }


def test_row_says_which_line_on_which_template_it_became_and_multiplies(cast: Cast, varied: Shop) -> None:
    page = cast.client("vera").get(path_of(varied, "rows/?kind=proration"))

    text = page.content.decode()
    (row,) = rows_of(cast, page)
    (line, held) = page.context["table"].told[row.pk].lines
    assert (line.place.template.pk, line.retail) == (varied.template.pk, PRORATED - 7)
    assert held.reason == "Sample reason"
    assert "Sample reason" in text
    assert varied.template.name in text
    assert "14/30" in text


@pytest.mark.parametrize(("retail", "share"), [("257.60", "14/30"), ("257.61", "0.466667"), ("-257.60", "14/30")])
def test_share_is_told_in_days_where_it_then_multiplies(cast: Cast, varied: Shop, retail: str, share: str) -> None:
    with partner_scope(cast.northwind.pk):
        varied.invoice.charges.filter(kind="proration").update(retail=Decimal(retail), ratio=Decimal("0.466667"))

    page = cast.client("vera").get(path_of(varied, "rows/?kind=proration"))

    assert f"{share}<" in page.content.decode()


def test_customers_are_found_narrowed_and_sorted(cast: Cast, varied: Shop) -> None:
    client = cast.client("vera")

    def names(asked: str) -> list[str]:
        return [one.row.name for one in client.get(path_of(varied, asked)).context["rows"]]

    assert names("?q=toys+wing") == ["Wingtip Toys"]
    assert names("?became=not_mapped&sort=-not_mapped") == ["Wingtip Toys", "Contoso, Ltd."]
    assert names("?became=unknown") == [""]
    assert names("?sort=-customer")[0] == "Wingtip Toys"
    assert names("?sort=-invoiced")[0] == "Contoso, Ltd."


def test_costs_are_shown_where_they_are_asked_for(cast: Cast, varied: Shop) -> None:
    page = cast.client("vera").get(path_of(varied, "?side=cost"))

    assert page.context["sum"] == page.context["account"].balance.total.source.cost


def test_large_invoice_is_summed_once_its_page_is_there(
    cast: Cast, varied: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with partner_scope(cast.northwind.pk):
        varied.invoice.row_count = 6
        varied.invoice.save()
    monkeypatch.setattr(views, "MOST_AT_ONCE", 5)
    client = cast.client("vera")

    first = client.get(path_of(varied))
    later = client.get(path_of(varied), headers={"HX-Request": "true", "HX-Target": "list"})

    assert "account" not in first.context
    assert "?sort=customer" in first.content.decode()  # for a browser without scripts
    assert later.context["account"].balance.balanced
    assert "<h1" not in later.content.decode()
    assert client.get(path_of(varied, "?sort=customer")).context["account"].balance.balanced


def test_rows_of_a_customer_of_another_source_are_none(cast: Cast, varied: Shop) -> None:
    for asked in ("?customer=0", "?customer=99999999999999999999", "?customer=x", "?became=x"):
        assert cast.client("vera").get(path_of(varied, f"rows/{asked}")).status_code == 200
