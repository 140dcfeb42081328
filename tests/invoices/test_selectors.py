"""What pages and commands read from invoices."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connections.models import Connection
from core.audit import COMMAND
from core.scope import partner_scope
from customers.models import Customer, Mapping, TargetCustomer, Template
from customers.services import save_mapping
from invoices.selectors import listed_invoices
from invoices.services import decide_overlap, undo_overlap_decision
from reports.billing import billing_items, billing_rows, next_unmapped, sums_by_state
from tests import factories as make
from tests.invoices.prism_wire import World, row, subscription


@pytest.fixture
def billed(world: World) -> World:
    """Two customers over two months; one of them also orders for a year."""
    world.prism.tenant("Contoso", subscription("c1"))
    world.prism.tenant("adventure works", subscription("a1"), subscription("a2", "p2", cycle="Annual"))
    world.prism.invoice("101", row("c1"), row("a1", quantity=2), row("", CustomerName="Contoso"))
    world.prism.invoice("102", row("a2", start="2026-09-05", end="2027-09-04", quantity=12))
    world.sync()
    world.prism.invoice("103", row("c1", "2026-10", quantity=5), row("nobody", "2026-10"), month="2026-10")
    world.sync()
    return world


def map_customer(world: World, name: str, motion: str = "seat_monthly", **values) -> Mapping:
    """Map a customer to a monthly template of its own."""
    customer = Customer.objects.get(name=name)
    number = str(customer.pk)
    target = TargetCustomer.objects.create(target_id=world.program.target_id, external_id=number, name=name)
    template = Template.objects.create(
        target_id=world.program.target_id, external_id=number, customer_external_id=number, name=f"{name} monthly",
        frequency="Monthly", read_at=timezone.now(),
    )  # fmt: skip
    options = {"pricing": "cost_and_retail", "sync_on": True, "confirm": True} | values
    return save_mapping(
        program=world.program, customer=customer, motion=motion, target_customer=target, template=template,
        actor=COMMAND, **options,
    )  # fmt: skip


def rows_of(world: World, text: str = "") -> list[tuple[str, str, str, Decimal, str]]:
    """Billing rows as plain values."""
    return [
        (found.customer.name, found.motion, f"{found.month:%Y-%m}", found.money.retail, found.state)
        for found in billing_rows(world.program, text)
    ]


def test_one_row_per_customer_and_motion_with_the_newest_months_money(billed):
    with partner_scope(billed.partner.pk):
        assert rows_of(billed) == [
            ("adventure works", "seat_annual", "2026-09", Decimal(120), "not_mapped"),
            ("adventure works", "seat_monthly", "2026-09", Decimal(20), "not_mapped"),
            ("Contoso", "seat_monthly", "2026-10", Decimal(50), "not_mapped"),
        ]


@pytest.mark.parametrize("text", ["conTOSO", "contoso.exam", "tenant-cont"])
def test_search_looks_into_name_domain_and_id(billed, text):
    with partner_scope(billed.partner.pk):
        assert [found[0] for found in rows_of(billed, text)] == ["Contoso"]


def test_state_follows_mapping_and_sync(billed):
    with partner_scope(billed.partner.pk):
        map_customer(billed, "Contoso")
        map_customer(billed, "adventure works", sync_on=False)

        assert [found[4] for found in rows_of(billed)] == ["not_mapped", "mapped", "sync_on"]


@pytest.mark.parametrize(
    ("model", "values", "words"),
    [
        (Template, {"paused": True}, "is paused"),
        (Template, {"gone": True}, "no longer in the target"),
        (TargetCustomer, {"gone": True}, "no longer in the target"),
        (Connection, {"currency_symbol": "€"}, "The source bills in AUD, the target shows €"),
    ],
)
def test_mapping_that_cannot_be_written_needs_attention(billed, model, values, words):
    with partner_scope(billed.partner.pk):
        map_customer(billed, "Contoso")
        model.objects.update(**values)
        billed.program.refresh_from_db()

        (found,) = billing_rows(billed.program, "contoso")
        (listed,) = billing_items(billed.program, "contoso")

    assert found.state == listed.state == "needs_attention"
    assert words in " ".join(found.problems)


def test_money_nobody_mapped_comes_largest_first(billed):
    with partner_scope(billed.partner.pk):
        map_customer(billed, "Contoso")
        unmapped = billing_items(billed.program).filter(state="not_mapped")

        assert [found.motion for found in unmapped] == ["seat_annual", "seat_monthly"]
        assert next_unmapped(billed.program) == unmapped[0]
        assert sums_by_state(billing_items(billed.program)) == {"not_mapped": (2, 140), "sync_on": (1, 50)}


def test_mapping_of_another_program_is_none_of_this_one(billed):
    with partner_scope(billed.partner.pk):
        mapping = map_customer(billed, "Contoso")
        other = make.ProgramFactory(source=billed.program.source, target=billed.program.target, slug="another-program")
        mapping.pk, mapping.program, mapping.sync_on = None, other, False
        mapping.save()

        assert sums_by_state(billing_items(billed.program)) == {"not_mapped": (2, 140), "sync_on": (1, 50)}
        assert len(billing_rows(billed.program)) == 3


def issue_again(world: World) -> None:
    """October comes once more, at twice the price."""
    rows = row("c1", "2026-10", quantity=5, unit_retail="20.00"), row("nobody", "2026-10", unit_retail="20.00")
    world.prism.invoice("104", *rows, month="2026-10")
    world.sync()


def test_decided_invoice_changes_the_newest_month(billed):
    issue_again(billed)

    with partner_scope(billed.partner.pk):
        held = listed_invoices(billed.program).get(number="104")
        decide_overlap(invoice=held, choice="replaces", actor=COMMAND)
        replaced = rows_of(billed, "contoso")[0][3]
        undo_overlap_decision(invoice=held, planned=False, actor=COMMAND)

        assert (replaced, rows_of(billed, "contoso")[0][3]) == (100, 50)


def test_search_finds_signs_that_a_pattern_would_read_otherwise(billed):
    with partner_scope(billed.partner.pk):
        Customer.objects.filter(name="Contoso").update(name="100%_\\ Contoso")

        assert [len(rows_of(billed, words)) for words in ("100%_\\ c", "100_", "1%o", "")] == [1, 0, 0, 3]


def test_billing_rows_take_the_same_queries_for_one_and_for_many(billed):
    with partner_scope(billed.partner.pk):
        map_customer(billed, "Contoso")
        map_customer(billed, "adventure works")
        billing_rows(billed.program, "contoso")  # the first time it also reads a connection, which the program keeps
        with CaptureQueriesContext(connection) as few:
            one = billing_rows(billed.program, "contoso")
        with CaptureQueriesContext(connection) as many:
            three = billing_rows(billed.program, "o")

    assert (len(one), len(three)) == (1, 3)
    assert len(many) == len(few)


def test_held_invoice_does_not_count(billed):
    issue_again(billed)

    with partner_scope(billed.partner.pk):
        assert rows_of(billed, "contoso")[0][3] == 50


def test_invoices_are_listed_with_what_their_charges_come_to(billed):
    with partner_scope(billed.partner.pk):
        invoices = list(listed_invoices(billed.program))

    assert [invoice.number for invoice in invoices] == ["103", "102", "101"]
    assert [invoice.charged_retail for invoice in invoices] == [60, 120, 40]
