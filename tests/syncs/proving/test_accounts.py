"""One account in cost and retail, and how it is shared among the invoices that charge a period."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from invoices.models import SourceInvoice
from money.words import NOTHING, Money
from syncs.enums import Bucket
from syncs.proving.accounts import Balance, InvoiceSum, share_of


def money(cost: str, retail: str) -> Money:
    return Money(Decimal(cost), Decimal(retail))


def balance(*, ready: bool = False, billed: Money = NOTHING, **buckets: Money) -> Balance:
    found = Balance(billed=billed, ready=ready, rules=money("0.10", "0.20"))
    for name, amount in buckets.items():
        found.put(name, amount)
    return found


def share(place: int, whole: Balance, *charged: Money) -> Balance:
    """Of the invoice in this place, from 1, where each charges so much; they are told the last one first."""
    sums = [InvoiceSum(number, dt.date(2026, 10, 1), 1, amount) for number, amount in enumerate(charged, start=1)]
    return share_of(SourceInvoice(pk=place, partner_id=1), sums[::-1], whole)


def buckets_of(found: Balance) -> dict[str, Money]:
    return {name: amount for name, amount in found.buckets.items() if amount}


def test_nothing_is_accounted_for_at_first() -> None:
    empty = Balance()
    assert (empty.source, empty.rules, empty.billed, empty.ready) == (NOTHING, NOTHING, NOTHING, False)
    assert empty.buckets == dict.fromkeys(Bucket, NOTHING)
    assert empty.balanced


def test_accounts_add_up_in_every_part() -> None:
    one = balance(synced=money("10", "12"), held=money("1", "2"), billed=money("3", "4"))

    one.add(balance(synced=money("5", "6"), unknown=money("7", "8"), billed=money("1", "1"), ready=True))

    assert (one.source, one.rules, one.billed) == (money("23", "28"), money("0.20", "0.40"), money("4", "5"))
    assert buckets_of(one) == {"synced": money("15", "18"), "held": money("1", "2"), "unknown": money("7", "8")}
    assert (one.ready, one.balanced, one.accounted) == (True, True, money("23", "28"))
    one.add(balance())
    assert one.ready is True


def test_a_side_tells_what_the_customer_is_billed_and_whether_it_balances() -> None:
    found = balance(synced=money("10", "12"), held=money("1", "2"))
    found.source += money("0", "1")

    assert found.side("cost")["balanced"] is True
    retail = found.side("retail")
    assert (retail["total"], retail["rules"], retail["source_total"]) == (
        Decimal("15.20"),
        Decimal("0.20"),
        Decimal(15),
    )
    assert (retail["synced"], retail["held"], retail["failed"], retail["balanced"]) == (12, 2, 0, False)


@pytest.mark.parametrize(
    ("place", "synced", "held", "billed"),
    [
        (1, money("6", "8"), NOTHING, money("6", "8")),  # the earlier one takes first what was synced
        (2, money("4", "4"), money("2", "3"), money("1", "1")),
    ],
)
def test_earlier_invoice_takes_first_what_was_synced(place: int, synced: Money, held: Money, billed: Money) -> None:
    whole = balance(synced=money("10", "12"), held=money("2", "3"), billed=money("7", "9"), ready=True)

    found = share(place, whole, money("6", "8"), money("6", "7"))

    assert (found.buckets["synced"], found.buckets["held"], found.billed) == (synced, held, billed)
    assert (found.source, found.ready, found.balanced) == (synced + held, True, True)
    assert whole.buckets["synced"] == money("10", "12")


def test_what_takes_back_is_shared_towards_its_own_sign() -> None:
    whole = balance(synced=money("-10", "-12"), held=money("-2", "-3"))

    assert buckets_of(share(1, whole, money("-11", "-13"), money("-1", "-2"))) == {
        "synced": money("-10", "-12"),
        "held": money("-1", "-1"),
    }
    less = share(1, whole, money("-4", "-5"), money("-8", "-10"))
    assert buckets_of(less) == {"synced": money("-4", "-5")}


def test_what_no_bucket_holds_shows_in_the_first_one() -> None:
    whole = balance(synced=money("10", "12"), held=money("-2", "-3"))

    assert buckets_of(share(1, whole, money("11", "14"), money("-3", "-5"))) == {"synced": money("11", "14")}
    rest = share(2, whole, money("11", "14"), money("-3", "-5"))
    assert buckets_of(rest) == {"synced": money("-1", "-2"), "held": money("-2", "-3")}
