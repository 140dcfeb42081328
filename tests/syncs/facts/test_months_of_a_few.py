"""What the months say of a few customers alone is what they say of them among all."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Partner
from core.scope import partner_scope
from customers.models import Customer, Subscription
from invoices.models import Charge, SourceInvoice
from money.enums import Chosen
from money.month.months import Months
from programs.models import Program
from syncs.facts.months import load_and_keep_months, load_months, load_months_of
from syncs.models import Decision
from tests import factories as make

MONTHS = [dt.date(2026, month, 1) for month in (6, 7, 8, 9)]
WORLDS = 12


@pytest.fixture
def program(partner: Partner) -> Iterator[Program]:
    with partner_scope(partner.pk):
        yield make.ProgramFactory()


class World:
    """Invoices of some months: subscriptions go on, end, move to another customer, and are followed by new ones."""

    def __init__(self, program: Program, seed: int) -> None:
        self.program, self.chance = program, random.Random(seed)  # the same each time
        self.customers: list[Customer] = make.CustomerFactory.create_batch(4, source=program.source)
        self.products = make.ProductFactory.create_batch(2, source=program.source)
        self.at: dict[Subscription, tuple[Customer, Any]] = {}
        for customer in self.customers:
            for _ in range(3):
                self.begin(customer, self.chance.choice(self.products))
        for place, month in enumerate(MONTHS):
            self.charge(month, gaps=0.6 if place == len(MONTHS) - 1 and seed % 3 == 0 else 0.2)
        self.have_lines()

    def begin(self, customer: Customer, product: Any) -> None:
        self.at[make.SubscriptionFactory(customer=customer)] = (customer, product)

    def charge(self, month: dt.date, gaps: float) -> None:
        invoice = make.SourceInvoiceFactory(source=self.program.source, month=month)
        for subscription, (customer, product) in list(self.at.items()):
            fate = self.chance.random()
            if fate < gaps:  # ends, and may be followed
                if self.chance.random() < 0.4:
                    del self.at[subscription]
                    self.begin(customer, product)
                continue
            if fate > 0.9:  # moves
                self.at[subscription] = (self.chance.choice(self.customers), product)
            self.row(invoice, subscription, month)

    def row(self, invoice: SourceInvoice, subscription: Subscription, month: dt.date) -> None:
        customer, product = self.at[subscription]
        last = (month + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        sign = -1 if self.chance.random() < 0.1 else 1
        make.ChargeFactory(
            invoice=invoice, subscription=subscription, customer=customer, product=product,
            period=f"{month:%Y-%m}", first_day=month, last_day=last, retail=Decimal(50 * sign), cost=Decimal(40 * sign),
        )  # fmt: skip

    def have_lines(self) -> None:
        """Most subscriptions that were ever charged have a line, of the customer who was charged first or last."""
        for subscription in Subscription.objects.filter(charges__isnull=False).distinct().order_by("pk"):
            if self.chance.random() < 0.7:
                rows = Charge.objects.filter(subscription=subscription).order_by("pk")
                row = self.chance.choice([rows[0], rows.reverse()[0]])
                make.LineFactory(
                    program=self.program, customer=row.customer, subscription=subscription, product=row.product,
                    mark=f"BS:{subscription.pk}",
                )  # fmt: skip


def told(months: Months, customers: set[int]) -> tuple[Any, ...]:
    """What planning asks of the months about these customers."""
    charged = Charge.objects.filter(customer__in=customers).values_list("subscription", flat=True)
    gone = {one for one in months.gone if one.holder.customer in customers}
    elsewhere = {one.holder.subscription for one in months.gone if one.elsewhere}
    not_yet = {one for one in months.not_yet if one.customer in customers}
    own = set(charged)
    stays = (months.newest, months.regular, months.complete, months.open_month)
    return (
        stays,
        gone,
        elsewhere & own,
        not_yet,
        months.early & own,
        months.places_gone & {(customer, number) for customer in customers for number in own},
    )


@pytest.mark.parametrize("seed", range(WORLDS))
def test_few_customers_are_told_what_all_of_them_are(program: Program, seed: int):
    world = World(program, seed)
    whole, kept = load_and_keep_months(program)
    assert kept is not None
    assert whole.gone

    for customer in world.customers:
        few = load_months_of(program, {customer.pk}, kept)

        assert told(few, {customer.pk}) == told(whole, {customer.pk})
        assert few.holders <= whole.holders


def test_worlds_have_something_of_everything(program: Program):
    """Else the test above would compare nothing with nothing."""
    found = []
    for seed in range(WORLDS):
        World(program, seed)
        found.append(load_months(program))
        Charge.objects.all().delete()
        SourceInvoice.objects.all().delete()
        program.lines.all().delete()

    assert any(months.early for months in found)
    assert any(one.elsewhere for months in found for one in months.gone)
    assert any(months.open_month for months in found)


@pytest.mark.parametrize("change", ["another invoice", "somebody says that a month is complete"])
def test_regular_month_is_judged_anew_once_something_else_counts(program: Program, change: str):
    world = World(program, 1)
    kept = load_and_keep_months(program)[1]
    if change == "another invoice":
        world.charge(dt.date(2026, 10, 1), gaps=0)
    else:
        Decision.objects.create(program=program, subject="month:2026-09", choice=Chosen.COMPLETE)

    few = load_months_of(program, {world.customers[0].pk}, kept)

    assert few == load_months(program)
