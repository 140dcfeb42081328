"""Two who change the same mappings at the same moment, each in an order of their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from core.audit import COMMAND
from core.scope import partner_scope
from customers.models import Customer, Mapping, TargetCustomer, Template
from customers.services import save_mapping
from tests.invoices.prism_wire import World


def test_two_orders_of_the_same_mappings_never_wait_for_each_other(transactional_db: None, world: World):
    for name in ("Contoso", "Fabrikam"):
        world.prism.tenant(name)
    world.refresh()
    with partner_scope(world.partner.pk):
        customers = list(Customer.objects.order_by("name"))
        owner = TargetCustomer.objects.create(target_id=world.program.target_id, external_id="1", name="Both")
        template = Template.objects.create(
            target_id=world.program.target_id, customer_external_id="1", external_id="50", name="Monthly",
            frequency="Monthly", next_run=world.program.created_at, read_at=world.program.created_at,
        )  # fmt: skip
    both_began = Barrier(2, timeout=10)

    def save_all(order: list[Customer], pricing: str) -> None:
        try:
            with partner_scope(world.partner.pk):
                both_began.wait()
                for customer in order:
                    save_mapping(
                        program=world.program, customer=customer, motion="seat_monthly", target_customer=owner,
                        template=template, pricing=pricing, sync_on=True, actor=COMMAND,
                    )  # fmt: skip
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_sleep(0.2)")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(save_all, customers, "cost_only")
        other = pool.submit(save_all, customers[::-1], "quantity_only")
        assert (one.exception(), other.exception()) == (None, None)

    with partner_scope(world.partner.pk):
        assert len(set(Mapping.objects.values_list("pricing", flat=True))) == 1
