"""The list of invoices: what became of each, and above those of a month what became of the month."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from core.scope import partner_scope
from reports.strip import parts_of
from syncs.models import MonthTotal
from syncs.proving.months import prove_months
from tests import factories as make
from tests.portal.cast import Cast, Shop, rows_of

HEADING = re.compile(r'<tr role="row" class="group">(.*?)</tr>', re.DOTALL)


def page_of(cast: Cast, shop: Shop, asked: str = "") -> Any:
    return cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/invoices/{asked}")


def prove(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        older = make.SourceInvoiceFactory(source=shop.program.source, month=dt.date(2026, 8, 1), number="1000001")
        make.ChargeFactory(invoice=older, customer=shop.customer)
        prove_months(shop.program, ())


def test_accounts_of_a_month_add_up_to_its_sums(cast: Cast, shop: Shop) -> None:
    prove(cast, shop)

    page = page_of(cast, shop)

    table = page.context["table"]
    assert [row.number for row in rows_of(cast, page)] == ["1000014", "1000013", "1000001"]
    for month in table.months.values():
        told = [one.total for one in month.account.invoices]
        assert len(told) == {9: 2, 8: 1}[month.account.month.month]
        for name, amount in parts_of(month.account.total).items():
            assert sum((parts_of(one)[name].retail for one in told), Decimal(0)) == amount.retail
    assert [re.findall(r">(\w{3} 2026)<", one)[0] for one in HEADING.findall(page.content.decode())] == [
        "Sep 2026", "Aug 2026",
    ]  # fmt: skip


def test_number_leads_to_the_customers_whose_it_is(cast: Cast, shop: Shop) -> None:
    prove(cast, shop)
    number = re.compile(rf'href="([^"]*/{shop.invoice.pk}/[?]became=(\w+))"><span class="figure">([\d.]+)')

    address, part, amount = number.findall(page_of(cast, shop).content.decode())[0]

    rows = cast.client("vera").get(address).context["rows"]
    assert rows
    assert Decimal(amount) == sum(one.row.parts[part].retail for one in rows)


def test_sums_of_months_stand_above_invoices_in_the_order_of_months_alone(cast: Cast, shop: Shop) -> None:
    prove(cast, shop)

    assert HEADING.search(page_of(cast, shop, "?q=1000013").content.decode())
    assert not HEADING.search(page_of(cast, shop, "?sort=retail").content.decode())


def test_what_was_proved_without_its_invoices_says_so_until_it_is_proved_again(cast: Cast, shop: Shop) -> None:
    prove(cast, shop)
    with partner_scope(cast.northwind.pk):
        for total in MonthTotal.objects.all():
            del total.account["invoices"]
            total.save()

    assert "from the next sync on" in page_of(cast, shop).content.decode()
    with partner_scope(cast.northwind.pk):
        prove_months(shop.program, ())
    assert "from the next sync on" not in page_of(cast, shop).content.decode()
