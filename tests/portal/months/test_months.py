"""The pages of usage months: who may close one, and what they show."""

from __future__ import annotations

from core.scope import partner_scope
from syncs.models import MonthClosing
from syncs.proving.months import prove_months
from tests.portal.cast import Cast, Shop


def path_of(shop: Shop, way: str = "") -> str:
    return f"/p/northwind/programs/{shop.program.pk}/months/{way}"


def prove(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        prove_months(shop.program, ())


def test_list_says_what_is_open_of_each_month(cast: Cast, shop: Shop) -> None:
    prove(cast, shop)

    page = cast.client("vera").get(path_of(shop))

    (month,) = page.context["months"]
    assert (month.label, month.words, month.judged.closed) == ("Sep 2026", "not complete", False)
    assert str(month.account.open_retail) == "60.00"
    assert "60.00" in page.content.decode()


def test_list_without_a_month_says_what_brings_one(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        shop.invoice.delete()
        shop.held.delete()

    assert "No month yet" in cast.client("vera").get(path_of(shop)).content.decode()


def test_month_that_no_sync_proved_cannot_be_closed(cast: Cast, shop: Shop) -> None:
    page = cast.client("alice").get(path_of(shop, "2026-09/"))

    assert "no sync has proved the month yet" in page.content.decode()
    assert "close/" not in page.content.decode()


def test_owner_closes_the_month_and_opens_it_again(cast: Cast, shop: Shop) -> None:
    prove(cast, shop)
    alice = cast.client("alice")

    closed = alice.post(path_of(shop, "2026-09/close/"), {"reason": "The rest was billed by hand"}, follow=True)

    assert "alice@northwind.example" in closed.content.decode()
    assert "The rest was billed by hand" in closed.content.decode()
    assert closed.context["month"].judged.closed
    assert str(closed.context["month"].account.open_retail) == "60.00"
    opened = alice.post(path_of(shop, "2026-09/open/"), follow=True)
    assert not opened.context["month"].judged.closed
    with partner_scope(cast.northwind.pk):
        rows = MonthClosing.objects.order_by("pk").values_list("closes", "by_name")
        assert list(rows) == [(True, "alice@northwind.example"), (False, "alice@northwind.example")]


def test_reason_is_needed(cast: Cast, shop: Shop) -> None:
    prove(cast, shop)

    refused = cast.client("alice").post(path_of(shop, "2026-09/close/"), {"reason": " "})

    assert (refused.status_code, "Say why the month is closed." in refused.content.decode()) == (422, True)


def test_who_is_no_owner_sees_no_button(cast: Cast, shop: Shop) -> None:
    prove(cast, shop)

    page = cast.client("adam").get(path_of(shop, "2026-09/")).content.decode()

    assert "An owner can close it before that." in page
    assert 'name="reason"' not in page


def test_address_of_no_month_is_not_found(cast: Cast, shop: Shop) -> None:
    reader = cast.client("vera")

    assert {reader.get(path_of(shop, f"{word}/")).status_code for word in ("2026-01", "2026-13", "x")} == {404}


def test_month_says_of_each_invoice_how_much_is_open(cast: Cast, shop: Shop) -> None:
    prove(cast, shop)

    page = cast.client("vera").get(path_of(shop, "2026-09/"))

    told = {invoice.number: str(account.open_retail) for invoice, account in page.context["page"].invoices}
    assert told == {"1000013": "60.00", "1000014": "0"}
    assert "nothing open" in page.content.decode()
