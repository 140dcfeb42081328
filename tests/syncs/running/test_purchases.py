"""What is bought once is billed on the template of the customer's seats that runs next."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from core.audit import COMMAND
from core.scope import partner_scope
from customers.models import Customer, TargetCustomer, Template
from customers.services import save_mapping
from syncs.models import Posting
from syncs.running.opening import place_purchases
from tests.invoices.prism_wire import World, row, subscription

SEP, OCT = dt.date(2026, 9, 5), dt.date(2026, 10, 5)


def map_seats(world: World, motion: str, next_run: dt.date | None) -> None:
    """Map the customer's seats to a template of their own that runs then."""
    target, _ = TargetCustomer.objects.get_or_create(target_id=world.program.target_id, external_id="1", name="Contoso")
    number = str(TargetCustomer.objects.count() + Template.objects.count())
    template = Template.objects.create(
        target_id=world.program.target_id, external_id=number, customer_external_id="1", name=motion, next_run=next_run,
        frequency="Monthly", read_at=timezone.now(),
    )  # fmt: skip
    save_mapping(
        program=world.program, customer=Customer.objects.get(), motion=motion, target_customer=target,
        template=template, pricing="cost_and_retail", sync_on=True, confirm=True, actor=COMMAND,
    )  # fmt: skip


@pytest.fixture
def bought(world: World) -> World:
    """Perpetual software on the eighth, beside a month of seats."""
    world.prism.tenant("Contoso", subscription("s1"), subscription("s2"))
    world.prism.invoice("101", row("s1"), row("s2", days=(8, 8), quantity=2, unit_retail="975.00"))
    world.sync()
    assert [charge.kind for charge in world.charges("101")] == ["recurring", "one_time"]
    return world


def place(world: World) -> list[str]:
    """The motions of the invoice's charges after their purchases were placed."""
    with partner_scope(world.partner.pk):
        place_purchases(world.program)
    return [charge.motion for charge in world.charges("101")]


@pytest.mark.parametrize(
    ("runs", "motion"),
    [
        ({"seat_monthly": OCT, "seat_annual": OCT}, "seat_monthly"),
        ({"seat_monthly": OCT, "seat_annual": SEP}, "seat_annual"),
        ({"seat_annual": OCT}, "seat_annual"),
        ({"seat_monthly": None, "seat_annual": OCT}, "seat_annual"),
        ({}, "seat_monthly"),
    ],
    ids=["one day", "annual sooner", "annual alone", "no next run", "not mapped"],
)
def test_template_that_runs_next_bills_a_purchase(bought, runs, motion):
    with partner_scope(bought.partner.pk):
        for name, next_run in runs.items():
            map_seats(bought, name, next_run)

    assert place(bought) == ["seat_monthly", motion]


def test_purchase_that_was_planned_stays_where_it_is(bought):
    (_, purchase) = bought.charges("101")
    with partner_scope(bought.partner.pk):
        map_seats(bought, "seat_annual", SEP)
        Posting.objects.create(
            program=bought.program, customer=purchase.customer, subscription=purchase.subscription,
            motion=purchase.motion, period=purchase.period, fingerprint="x", template_id="1",
        )  # fmt: skip

    assert place(bought) == ["seat_monthly", "seat_monthly"]
