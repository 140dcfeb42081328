"""Whose a row is and which product it names, by whole imports."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from core.scope import partner_scope
from customers.models import Customer, Subscription
from invoices.importing import MOST_LOOK_UPS
from invoices.models import Charge
from invoices.services import reclassify_unknown
from invoices.storing import MOVED_UNSEEN
from money.classifying import NO_CUSTOMER, NO_SUBSCRIPTION
from products.models import Product
from products.services import refresh_price_list
from tests.invoices.prism_wire import World, row, subscription

# --- Whose a row is -----------------------------------------------------------------------------------


def customers_of(world: World, number: str) -> list[str | None]:
    """Tenant ids of an invoice's rows."""
    return [charge.customer.external_id if charge.customer else None for charge in world.charges(number)]


def test_tenants_list_decides_without_case(world):
    world.prism.tenant("Adventure Works", subscription("ABC-1"))
    world.prism.tenant("Contoso")
    world.prism.invoice("101", row("abc-1", PrimaryDomainName="contoso.example"))

    world.sync()

    assert customers_of(world, "101") == ["tenant-adventure-works"]
    assert world.charges("101")[0].subscription_ref == "abc-1"


def test_subscription_that_no_tenant_lists_is_asked_for_once(world):
    world.prism.tenant("Adventure Works")
    world.prism.by_id["s9"] = subscription("s9", cycle="Annual") | {"TenantId": "TENANT-adventure-works"}
    world.prism.invoice("101", row("s9", days=(1, 29)), row("s9", days=(1, 29)))
    world.prism.invoice("102", row("s9"))

    world.sync()

    assert customers_of(world, "101") == ["tenant-adventure-works"] * 2
    assert world.charges("101")[0].motion == "seat_annual"
    assert world.prism.calls["/api/v2/microsoftcsp/subscriptions/s9"] == 1
    with partner_scope(world.partner.pk):
        assert Subscription.objects.get(external_id="s9").product_ref == "p1"


def test_copy_of_earlier_reads_serves_when_the_source_forgot(world):
    tenant = world.prism.tenant("Adventure Works", subscription("s1"))
    world.prism.invoice("101", row("s1"))
    world.sync()

    tenant["Subscriptions"] = []
    world.prism.invoice("102", row("s1", "2026-10"), month="2026-10")
    world.sync()

    assert customers_of(world, "102") == ["tenant-adventure-works"]


def test_subscription_that_moved_is_the_new_tenants_where_the_source_says_so(world):
    tenant = world.prism.tenant("Adventure Works", subscription("s1"))
    world.prism.tenant("Contoso")
    world.refresh()
    tenant["Subscriptions"] = []
    world.prism.by_id["s1"] = subscription("s1") | {"TenantId": "tenant-contoso"}
    world.prism.invoice("101", row("s1"))

    world.sync()

    assert customers_of(world, "101") == ["tenant-contoso"]


def moves(world, seen_last: str, seen_then: str) -> None:
    """A subscription of Adventure Works is listed under Contoso when the tenants are read next."""
    tenant, contoso = world.prism.tenant("Adventure Works", subscription("s1")), world.prism.tenant("Contoso")
    for day in ("2026-09-01", seen_last, seen_then):
        if day == seen_then:
            contoso["Subscriptions"], tenant["Subscriptions"] = tenant["Subscriptions"], []
        with time_machine.travel(f"{day}T05:00:00Z", tick=False):
            world.refresh()


@pytest.mark.parametrize(
    ("words", "tenant"),
    [
        ({}, "tenant-adventure-works"),
        ({"PrimaryDomainName": "contoso.example"}, "tenant-contoso"),
        ({"CustomerName": "Adventure Works"}, "tenant-adventure-works"),
        ({"PrimaryDomainName": "northwind.example"}, "tenant-adventure-works"),
    ],
    ids=["nobody", "contoso", "adventure works", "somebody else"],
)
def test_month_before_a_move_is_of_who_had_it_then_unless_the_row_names_the_other(world, words, tenant):
    moves(world, "2026-11-02", "2026-11-03")
    world.prism.invoice("101", row("s1", "2026-10", days=(1, 31), **words), month="2026-10")
    world.prism.invoice("102", row("s1", "2026-11", days=(3, 30)), month="2026-11")

    world.sync()

    assert customers_of(world, "101") == [tenant]
    assert customers_of(world, "102") == ["tenant-contoso"]


def test_month_in_which_nobody_looked_where_a_subscription_that_moved_was_is_held(world):
    moves(world, "2026-09-20", "2026-11-03")
    world.prism.invoice("101", row("s1", "2026-10", days=(1, 31)), month="2026-10")

    world.sync()

    (charge,) = world.charges("101")
    assert (charge.customer, charge.kind, charge.problem) == (None, "unknown", MOVED_UNSEEN)


@pytest.mark.parametrize(
    "words", [{"PrimaryDomainName": "CONTOSO.example"}, {"CustomerName": "contoso "}], ids=["domain", "name"]
)
def test_words_of_the_row_tell_whose_it_is(world, words):
    world.prism.tenant("Adventure Works")
    world.prism.tenant("Contoso")
    world.prism.invoice("101", row("s9", **words))

    world.sync()

    assert customers_of(world, "101") == ["tenant-contoso"]
    assert world.charges("101")[0].subscription.external_id == "s9"


def test_name_of_two_tenants_tells_nothing(world):
    for number in (1, 2):
        world.prism.tenant("Contoso", TenantId=f"t{number}", TenantDomain=f"contoso{number}.example")
    world.prism.invoice("101", row("s9", CustomerName="Contoso"))

    world.sync()

    assert customers_of(world, "101") == [None]
    assert (world.charges("101")[0].kind, world.charges("101")[0].problem) == ("unknown", NO_CUSTOMER)


def test_trouble_with_one_question_leaves_the_row_to_its_words(world):
    world.prism.tenant("Contoso")
    world.prism.refused["/api/v2/microsoftcsp/subscriptions/s9"] = 500
    world.prism.invoice("101", row("s9", PrimaryDomainName="contoso.example"))

    world.sync()

    assert customers_of(world, "101") == ["tenant-contoso"]


def test_questions_by_id_are_limited(world):
    world.prism.tenant("Contoso")
    for number in ("101", "102"):
        world.prism.invoice(number, *(row(f"s{number}-{n}") for n in range(MOST_LOOK_UPS - 10)))

    world.sync()

    asked = [path for path in world.prism.calls if "/microsoftcsp/subscriptions/" in path]
    assert len(asked) == MOST_LOOK_UPS


def test_row_without_subscription_is_kept_as_unknown(world):
    world.prism.tenant("Contoso")
    world.prism.invoice("101", row("", CustomerName="Contoso"))

    world.sync()

    (charge,) = world.charges("101")
    assert (charge.kind, charge.problem, charge.customer.name) == ("unknown", NO_SUBSCRIPTION, "Contoso")


def test_unknown_rows_are_classified_once_their_customer_is_known(world):
    world.prism.tenant("Contoso")
    rows = row("s1", quantity=2), row("s1", quantity=-1, days=(15, 30), ratio="0.5"), row("")
    world.prism.invoice("101", *rows)
    world.sync()
    assert world.kinds("101") == ["unknown"] * 3

    world.prism.tenant("Adventure Works", subscription("s1"))
    report = world.sync()

    assert report.reclassified == 2
    assert world.kinds("101") == ["recurring", "proration", "unknown"]
    assert world.charges("101")[0].product.name == "Sample Suite"
    with partner_scope(world.partner.pk):
        assert reclassify_unknown(world.program) == 0


# --- Which product ------------------------------------------------------------------------------------


def refresh_prices(world: World) -> None:
    """Read the price list."""
    with world.prism.answering():
        refresh_price_list(world.partner.pk, world.program.source_id, world.prism.client(), dt.date(2026, 10, 1))


def test_product_is_found_by_the_subscriptions_product_id(world):
    world.prism.product("P1", ProductName="Right")
    world.prism.product("p2", ProductName="Wrong")
    world.prism.tenant("Contoso", subscription("s1", "p1"))
    world.prism.invoice("101", row("s1", name="As the invoice writes it"))
    refresh_prices(world)

    world.sync()

    assert world.charges("101")[0].product.name == "Right"


def test_twins_are_told_apart_by_billing_cycle(world):
    world.prism.product("p1", ProductName="By month", ProductFrequencies=["1 Month"])
    world.prism.product("p1", ProductName="By year", ProductFrequencies=["1 Year"])
    world.prism.tenant("Contoso", subscription("s1"), subscription("s2", cycle="Annual"))
    world.prism.invoice("101", row("s1"), row("s2"))
    refresh_prices(world)

    world.sync()

    assert [charge.product.name for charge in world.charges("101")] == ["By month", "By year"]


def test_several_products_are_an_error_that_names_them_until_the_list_is_clear(world):
    for name in ("Suite A", "Suite B"):
        world.prism.product("p1", ProductName=name, ProductSku=name, ProductFrequencies=[])
    world.prism.tenant("Contoso", subscription("s1"))
    world.prism.invoice("101", row("s1"))
    refresh_prices(world)
    world.sync()
    (charge,) = world.charges("101")
    assert (charge.product, charge.kind) == (None, "recurring")
    assert charge.problem == (
        "Could not find source product or multiple matches: “Suite A” (suite a|1||p1), “Suite B” (suite b|1||p1)"
    )

    del world.prism.products[0]
    refresh_prices(world)
    world.sync()

    assert (world.charges("101")[0].product.name, world.charges("101")[0].problem) == ("Suite B", "")


def test_product_that_no_list_has_is_made_from_the_invoice(world):
    world.prism.product("p1")
    world.prism.tenant("Contoso", subscription("s1", "legacy"), subscription("s2", "legacy", cycle="Annual"))
    world.prism.invoice("101", row("s1", name="Legacy Suite", quantity=3), row("s2", name="Legacy Suite"), row("s1"))
    refresh_prices(world)

    world.sync()

    first, second, third = world.charges("101")
    assert (first.product.key, first.product.name) == ("legacy||monthly", "Legacy Suite")
    assert (first.product.unit_cost, first.product.unit_retail) == (8, 10)
    assert not first.product.in_price_list
    assert second.product.key == "legacy||annual"
    assert third.product == first.product


def test_without_any_price_list_invoices_are_imported_all_the_same(world):
    world.prism.tenant("Contoso", subscription("s1"))
    world.prism.invoice("101", row("s1"))

    world.sync()

    with partner_scope(world.partner.pk):
        assert Charge.objects.get().product == Product.objects.get()
        assert Customer.objects.count() == 1
