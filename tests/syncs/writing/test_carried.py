"""Which line of a generated invoice is ours, where two programs bill one subscription to one customer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import cast

import pytest

from connectors.records import TargetInvoice, TargetInvoiceLine
from connectors.registry import Target
from syncs.facts.evidence import Carried, Sought
from syncs.writing.carried import find_carried

DAY = dt.date(2026, 10, 7)


class Invoices:
    """A target that generated invoices with these lines, and lists the last one first."""

    def __init__(self, lines: Iterable[TargetInvoiceLine], ids: Iterable[str] = ("4015",)) -> None:
        self.invoices = {one: TargetInvoice(one, "101", one, DAY, tuple(lines)) for one in ids}

    def list_invoices_since(self, _since: dt.datetime) -> list[TargetInvoice]:
        return list(self.invoices.values())

    def get_invoice(self, invoice_id: str) -> TargetInvoice:
        return self.invoices[invoice_id]


def line(quantity: str, price: str, mark: str = "BS:SUXSPK3EMP") -> TargetInvoiceLine:
    texts = (f"Microsoft Teams Phone Standard [{mark}]" if mark else "Microsoft Teams Phone Standard",)
    return TargetInvoiceLine("349", texts, Decimal(quantity), Decimal(price), Decimal("8.50"))


OURS = Carried("4015", Decimal(8), Decimal("10.00"), "4015")


@pytest.mark.parametrize(
    ("lines", "carried"),
    [
        ([line("8", "10.00"), line("3", "12.00")], OURS),
        ([line("3", "12.00"), line("8", "10.00")], OURS),
        ([line("5", "10.00")], Carried("4015", Decimal(5), Decimal("10.00"), "4015")),  # somebody edited it
        ([line("8", "10.00", "BS:GQS2KKPL4S")], None),
        ([line("8", "10.00", "")], OURS),  # the target shows no marks
        ([line("7", "10.00", "")], None),
    ],
)
def test_line_with_our_values_is_ours(lines: list[TargetInvoiceLine], carried: Carried | None) -> None:
    sought = Sought("BS:SUXSPK3EMP", "101", DAY, "349", Decimal(8), Decimal("10.00"))

    found = find_carried([sought], cast("Target", Invoices(lines)))

    assert found.get("BS:SUXSPK3EMP") == carried


def test_first_of_several_runs_proves_what_is_sought() -> None:
    # One that came while the invoices were asked is seen by the next look.
    sought = Sought("BS:SUXSPK3EMP", "101", DAY, "349", Decimal(8), Decimal("10.00"))

    found = find_carried([sought], cast("Target", Invoices([line("8", "10.00")], ids=("10001", "4099", "4015"))))

    assert found == {"BS:SUXSPK3EMP": OURS}
