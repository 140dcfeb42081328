"""Many charges inserted at once are, value by value, what Django would have inserted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError

from accounts.services import create_partner
from core.audit import COMMAND
from core.bulk_saving import insert_rows
from core.scope import partner_scope
from invoices.models import Charge
from tests import factories as make

EAST = dt.timezone(dt.timedelta(hours=5, minutes=30))
ODD: list[dict[str, Any]] = [
    {},
    {"customer": None, "subscription": None, "subscription_ref": ""},
    {"product_name": "Quotes \" and ' \\ \\u0041 , { } \t and Ünïcode 漢字 \U0001f4b6", "problem": "two\nlines"},
    {"raw": {"SubTotal": "1.10", "Umlaut ö": 'a "b" \\ c', "": "", "null": "null"}},
    {"quantity": Decimal("2.123456785"), "unit_cost": Decimal("0.000000005"), "unit_retail": Decimal("0.000000015")},
    {"quantity": Decimal("-999999999999.12345678"), "ratio": Decimal("0.3333333333335"), "cost": Decimal("1E+3")},
    {"cost": Decimal("0E-10"), "retail": Decimal("-0.00"), "ratio": Decimal("1.00000000000050000001")},
    {"start": dt.datetime(2026, 9, 1, 23, 59, 59, 999999, tzinfo=EAST), "first_day": dt.date(1990, 1, 1)},
]


def stored(charges: list[Charge]) -> list[dict[str, Any]]:
    """What the database has of them by now, without their numbers."""
    lines = [charge.line for charge in charges]
    rows = Charge.objects.filter(line__in=lines).order_by("line").values()
    return [{name: repr(value) for name, value in row.items() if name not in {"id", "line"}} for row in rows]


@pytest.fixture
def kept(world: Any) -> Any:
    """A charge that has everything."""
    with partner_scope(world.partner.pk):
        return make.ChargeFactory(invoice=make.SourceInvoiceFactory(source=world.program.source))


def charges_of(kept: Charge, first_line: int) -> list[Charge]:
    of = {"invoice": kept.invoice, "customer": kept.customer, "subscription": kept.subscription}
    return [make.ChargeFactory.build(**{**of, "line": first_line + n, **odd}) for n, odd in enumerate(ODD)]


def test_every_value_is_stored_as_django_stores_it(world: Any, kept: Charge) -> None:
    with partner_scope(world.partner.pk):
        theirs, ours = charges_of(kept, 100), charges_of(kept, 200)
        Charge.objects.bulk_create(theirs)
        insert_rows(Charge, ours)

        assert stored(ours) == stored(theirs)
        assert len(stored(ours)) == len(ODD)


def test_nothing_to_insert_asks_nothing(world: Any, kept: Charge, django_assert_num_queries: Any) -> None:
    with partner_scope(world.partner.pk):
        with django_assert_num_queries(0):
            insert_rows(Charge, [])

        assert Charge.objects.get() == kept


def test_row_of_another_partner_is_refused(world: Any, kept: Charge) -> None:
    stranger = create_partner(slug="stranger", name="Stranger", actor=COMMAND)
    with partner_scope(world.partner.pk):
        (charge,) = charges_of(kept, 300)[:1]
    with pytest.raises(DatabaseError, match="row-level security"), partner_scope(stranger.pk):
        insert_rows(Charge, [charge])
