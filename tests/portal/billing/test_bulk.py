"""Many rows at once: sync on and off, with a page that counts first and an undo after."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from core.models import AuditEntry
from core.scope import partner_scope
from customers.models import Mapping, MappingBatch
from tests import factories as make
from tests.portal.cast import Cast, Shop


@pytest.fixture
def others(cast: Cast, shop: Shop) -> list[Mapping]:
    """Two more mapped customers that the invoice charges; the second is switched off."""
    with partner_scope(cast.northwind.pk):
        found: list[Any] = []
        for name, on in (("Fabrikam", True), ("Litware", False)):
            customer = make.CustomerFactory(source=shop.program.source, name=name)
            found.append(make.MappingFactory(program=shop.program, customer=customer, sync_on=on))
            make.ChargeFactory(invoice=shop.invoice, customer=customer)
        return found


def billing(shop: Shop, rest: str = "") -> str:
    return f"/p/northwind/programs/{shop.program.pk}/billing/{rest}"


def tick(*mappings: Mapping) -> list[str]:
    return [f"{mapping.customer_id}-{mapping.motion}" for mapping in mappings]


def propose(client: Client, shop: Shop, sync: str, **data: Any) -> str:
    return client.post(billing(shop, "sync/"), {"sync": sync, **data}, follow=True).content.decode()


def press(client: Client, cast: Cast, shop: Shop, what: str) -> str:
    with partner_scope(cast.northwind.pk):
        batch = MappingBatch.objects.latest("pk")
    return client.post(billing(shop, f"batches/{batch.pk}/{what}/"), follow=True).content.decode()


def states(cast: Cast) -> dict[str, bool]:
    with partner_scope(cast.northwind.pk):
        return dict(Mapping.objects.values_list("customer__name", "sync_on"))


def test_ticked_rows_are_counted_then_switched_off_then_brought_back(
    cast: Cast, shop: Shop, others: list[Mapping]
) -> None:
    bob = cast.client("bob")
    rows = [*tick(shop.mapping, *others), f"{shop.customer.pk}-azure_plan"]

    page = propose(bob, shop, "off", row=rows)
    shown = states(cast)
    press(bob, cast, shop, "apply")
    applied = states(cast)
    press(bob, cast, shop, "undo")

    assert "Apply 2 changes" in page
    assert "<dt>Already so</dt><dd>1</dd>" in page
    assert "<dt>Without a mapping, left so</dt><dd>1</dd>" in page
    assert shown == {"Contoso, Ltd.": True, "Fabrikam": True, "Litware": False}
    assert applied == {"Contoso, Ltd.": False, "Fabrikam": False, "Litware": False}
    assert states(cast) == shown


def test_all_that_match_are_switched_whatever_is_ticked(cast: Cast, shop: Shop, others: list[Mapping]) -> None:
    bob = cast.client("bob")

    propose(bob, shop, "on", all="on", tab="all", q="litw", row=tick(shop.mapping))
    press(bob, cast, shop, "apply")

    assert states(cast) == {"Contoso, Ltd.": True, "Fabrikam": True, "Litware": True}


def test_undone_switch_bills_from_the_same_month_as_before(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    with partner_scope(cast.northwind.pk):
        Mapping.objects.update(first_month=dt.date(2026, 8, 1))

    propose(bob, shop, "off", row=tick(shop.mapping))
    press(bob, cast, shop, "apply")
    with partner_scope(cast.northwind.pk):
        while_off = Mapping.objects.get().first_month
    press(bob, cast, shop, "undo")

    with partner_scope(cast.northwind.pk):
        assert (while_off, Mapping.objects.get().first_month) == (None, dt.date(2026, 8, 1))


def test_switch_undone_after_another_invoice_bills_from_the_newest_month(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    with partner_scope(cast.northwind.pk):
        Mapping.objects.update(first_month=dt.date(2026, 8, 1))

    propose(bob, shop, "off", row=tick(shop.mapping))
    press(bob, cast, shop, "apply")
    with partner_scope(cast.northwind.pk):
        make.SourceInvoiceFactory(source=shop.program.source, month=dt.date(2026, 10, 1))
    press(bob, cast, shop, "undo")

    with partner_scope(cast.northwind.pk):
        mapping = Mapping.objects.get()
    assert (mapping.sync_on, mapping.first_month) == (True, None)  # what came meanwhile is offered


def test_each_switched_mapping_is_told_to_the_audit_log(cast: Cast, shop: Shop, others: list[Mapping]) -> None:
    bob = cast.client("bob")
    propose(bob, shop, "off", row=tick(shop.mapping, others[0]))
    press(bob, cast, shop, "apply")

    with partner_scope(cast.northwind.pk):
        told = AuditEntry.objects.filter(action__startswith="mapping").order_by("pk").values_list("text", flat=True)
        assert list(told) == [
            "Sync of Contoso, Ltd. / Seat Based Monthly switched off",
            "Sync of Fabrikam / Seat Based Monthly switched off",
            "Switch sync off, 2 mappings",
        ]


@pytest.mark.parametrize(
    "row", [[], ["x"], ["1-weekly"], ["-seat_monthly"], ["9" * 40 + "-seat_monthly"], ["²-seat_monthly"]]
)
def test_nothing_ticked_says_so_and_keeps_the_filter(cast: Cast, shop: Shop, row: list[str]) -> None:
    client = cast.client("bob")
    response = client.post(billing(shop, "sync/"), {"sync": "off", "row": row, "tab": "sync_on", "q": "con"})

    assert response["Location"] == f"{billing(shop)}?q=con&motion=&tab=sync_on"
    assert "Tick the rows first" in client.get(response["Location"]).content.decode()


def test_row_of_another_partner_is_not_switched(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.tailwind.pk):
        foreign = make.MappingFactory()

    page = propose(cast.client("bob"), shop, "off", row=tick(foreign))

    assert "Tick the rows first" in page
    with partner_scope(cast.tailwind.pk):
        foreign.refresh_from_db()
    assert foreign.sync_on
    assert "Apply 1 change" in propose(cast.client("bob"), shop, "off", row=tick(foreign, shop.mapping))


def test_boxes_are_there_for_who_may_switch_and_what_is_mapped(cast: Cast, shop: Shop) -> None:
    box = f'name="row" value="{shop.customer.pk}-seat_monthly"'

    support = cast.client("bob").get(billing(shop), {"tab": "all"}).content.decode()
    viewer = cast.client("vera").get(billing(shop), {"tab": "all"}).content.decode()

    assert (box in support, box in viewer) == (True, False)
    assert f'value="{shop.customer.pk}-azure_plan"' not in support
    assert "Switch sync off" not in viewer
