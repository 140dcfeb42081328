"""Customers and subscriptions as the source lists them."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.scope import partner_scope
from customers.models import Customer, Subscription
from customers.services import CustomerReport, refresh_customers
from tests.invoices.prism_wire import World, subscription


def refresh(world: World) -> CustomerReport:
    """Read customers."""
    with world.prism.answering():
        return refresh_customers(world.partner.pk, world.program.source_id, world.prism.client())


def stored(world: World) -> dict[str, tuple[str, bool]]:
    """Name and activity by tenant."""
    with partner_scope(world.partner.pk):
        return {row.external_id: (row.name, row.active) for row in Customer.objects.all()}


def test_each_tenant_becomes_one_customer(world):
    world.prism.tenant("Contoso", TenantId="ABC-1", TenantDomain="Contoso.example")
    world.prism.tenant("Contoso", TenantId="abc-2", TenantDomain="contoso-eu.example")

    report = refresh(world)

    assert (report.total, len(report.new), report.gone) == (2, 2, ())
    assert stored(world) == {"abc-1": ("Contoso", True), "abc-2": ("Contoso", True)}
    with partner_scope(world.partner.pk):
        assert Customer.objects.get(external_id="abc-1").domain == "contoso.example"


def test_tenant_id_in_another_case_is_the_same_customer(world):
    world.prism.tenant("Contoso", TenantId="ABC-1")
    refresh(world)
    world.prism.tenants[0]["TenantId"] = "abc-1"

    assert refresh(world).new == ()


def test_customer_that_left_stays_and_can_come_back(world):
    world.prism.tenant("Contoso")
    world.prism.tenant("Adventure Works")
    refresh(world)
    left = world.prism.tenants.pop(0)

    gone = refresh(world).gone
    assert len(gone) == 1
    assert stored(world)["tenant-contoso"] == ("Contoso", False)
    assert refresh(world).gone == ()

    world.prism.tenants.append(left)
    assert refresh(world).new == ()
    assert stored(world)["tenant-contoso"] == ("Contoso", True)


def test_inactive_tenant_is_inactive(world):
    world.prism.tenant("Contoso", TenantStatus="Deleted")
    refresh(world)
    assert stored(world) == {"tenant-contoso": ("Contoso", False)}


def test_list_without_any_customer_changes_nothing_and_is_reported(world):
    world.prism.tenant("Contoso")
    refresh(world)
    world.prism.tenants.clear()

    report = refresh(world)

    assert "no customers" in report.problem
    assert stored(world) == {"tenant-contoso": ("Contoso", True)}


def test_subscription_moves_with_its_tenant_and_is_never_deleted(world):
    world.prism.tenant("Contoso", subscription("S1"), subscription("s2"))
    world.prism.tenant("Adventure Works")
    refresh(world)
    world.prism.tenants[1]["Subscriptions"] = [subscription("s1", "p9")]
    world.prism.tenants[0]["Subscriptions"] = []

    refresh(world)

    with partner_scope(world.partner.pk):
        rows = {row.external_id: row for row in Subscription.objects.select_related("customer")}
    assert {ref: row.customer.name for ref, row in rows.items()} == {"s1": "Adventure Works", "s2": "Contoso"}
    assert (rows["s1"].product_ref, rows["s2"].product_ref) == ("p9", "p1")
    assert rows["s1"].last_seen_at > rows["s2"].last_seen_at


def test_what_the_source_no_longer_says_of_a_subscription_is_remembered(world):
    tenant = world.prism.tenant("Contoso", subscription("s1"))
    refresh(world)
    tenant["Subscriptions"] = [{"SubscriptionId": "s1", "Status": "Suspended"}]

    refresh(world)

    with partner_scope(world.partner.pk):
        row = Subscription.objects.get()
    assert (row.product_ref, row.cadence, row.status) == ("p1", "monthly", "Suspended")


def test_refresh_takes_the_same_queries_for_one_and_for_many(world):
    def queries_for(new: int) -> tuple[int, int]:
        """To read so many new customers, and to read all of them again."""
        for number in range(len(world.prism.tenants), len(world.prism.tenants) + new):
            world.prism.tenant(f"Customer {number}", subscription(f"s{number}"))
        with CaptureQueriesContext(connection) as first:
            assert len(refresh(world).new) == new
        with CaptureQueriesContext(connection) as again:
            refresh(world)
        return len(first), len(again)

    queries_for(1)  # the first customers of all have nothing beside them

    assert queries_for(1) == queries_for(300)


def test_customers_of_another_partner_are_not_seen(world):
    world.prism.tenant("Contoso")
    refresh(world)
    with partner_scope(world.partner.pk):
        assert Customer.objects.count() == 1
    with partner_scope(world.partner.pk + 1):
        assert Customer.objects.count() == 0
