"""How a new invoice is laid beside those before it: once, whatever the database knows of their rows."""

from __future__ import annotations

import pytest

from core.scope import partner_scope
from invoices.models import SourceInvoice
from tests.invoices.prism_wire import World, row, subscription
from tests.syncs.running.wide_partner import QueryPlans


@pytest.fixture
def counted(world: World) -> World:
    """September is imported."""
    world.prism.tenant("Contoso", subscription("s1"), subscription("s2"))
    world.prism.invoice("101", row("s1", quantity=2), row("s2"))
    world.sync()
    return world


def test_rows_are_laid_side_by_side_in_one_pass_whatever_the_database_knows_of_them(counted: World) -> None:
    refs = [f"n{number}" for number in range(60)]
    counted.prism.invoice("102", *(row(ref, CustomerName="Contoso") for ref in refs))
    counted.sync()
    counted.prism.invoice("103", *(row(ref, CustomerName="Contoso") for ref in refs))
    plans = QueryPlans()

    with plans.reading():
        counted.sync()

    assert counted.invoices()["103"] == "held", "nothing was compared"
    compared = [sql for sql, _ in plans.asked if "invoices_charge theirs" in sql]
    assert len(compared) == 1
    assert "Nested Loop" not in plans.joins()
    assert plans.joins()


def test_first_invoice_is_compared_with_nothing(counted: World) -> None:
    counted.prism.tenant("Fabrikam", subscription("f1"))
    with partner_scope(counted.partner.pk):
        SourceInvoice.objects.all().delete()
    plans = QueryPlans()

    with plans.reading():
        counted.sync()

    assert counted.invoices() == {"101": "counted"}
    assert not [sql for sql, _ in plans.asked if "invoices_charge theirs" in sql]
