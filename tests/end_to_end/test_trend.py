"""What was synced, month by month, is counted at the end of each billing sync."""

from __future__ import annotations

from decimal import Decimal

from core.scope import partner_scope
from syncs.models import MonthTotal
from tests.end_to_end.office import Office

CAST = ("adatum", "coho-winery")


def totals(office: Office) -> dict[str, Decimal]:
    with partner_scope(office.partner_id()):
        return {f"{total.month:%Y-%m}": total.retail for total in MonthTotal.objects.all()}


def synced(office: Office, month: str) -> Decimal:
    found = [one["retail"] for one in office.balances() if one["period"] == month]
    return sum((Decimal(one["synced"]) + Decimal(one["rules"]) for one in found), Decimal(0))


def test_totals_are_what_the_invoices_of_the_month_account_for_as_synced(office: Office):
    assert totals(office)["2026-09"] == synced(office, "2026-09") > 0

    office.advance()
    office.sync()

    assert totals(office)["2026-10"] == synced(office, "2026-10") > 0
    assert totals(office)["2026-09"] == synced(office, "2026-09") > 0
