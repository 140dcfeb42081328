"""Which month is regular, who goes on in it, and whose line loses its charge."""

from __future__ import annotations

from decimal import Decimal

import pytest

from money.month.months import charged_in, months_since, newest_regular
from tests.bookkeeping.product import Charged, Days, Holder, MonthCharges, Months, read_months

SEP, OCT, NOV = "2026-09-01/2026-09-30", "2026-10-01/2026-10-31", "2026-11-01/2026-11-30"
NAMES = "abcdefghij"


def charge(name: str, days: str, seats: str = "2", *, customer: int = 0, whole: bool = True, zero: bool = False):
    """A row of a subscription of one letter, of its own customer where none is told."""
    number = NAMES.index(name)
    took = Decimal(seats) < 0
    return Charged(
        number, customer or number + 100, 7, Days.read(days), Decimal(seats), negative=took, zero=zero, whole=whole
    )


def holder(name: str, seats: str = "2", *, customer: int = 0, free: bool = False):
    """The line of a subscription, 10.00."""
    number = NAMES.index(name)
    return Holder(name, number, customer or number + 100, 7, Decimal(seats), Decimal(10), free=free)


def month(name: str, *rows: Charged, ended: str = "2026-09-30", who: str = "abc"):
    """What a month charges; those of ``who`` were charged until then."""
    last = Days.read(f"{ended}/{ended}").last
    return MonthCharges(name, rows, {NAMES.index(one): last for one in who})


def read(newest: MonthCharges, *older: MonthCharges, lines: str = "abc", complete: str = "") -> Months:
    return read_months([newest, *older], [holder(name) for name in lines], {complete})


def gone(months: Months) -> str:
    return "".join(sorted(one.holder.mark for one in months.gone))


SEPTEMBER = month("2026-09", *(charge(name, SEP) for name in "abc"), who="")


def test_month_is_regular_once_half_of_those_with_a_line_go_on() -> None:
    two = month("2026-10", charge("a", OCT), charge("b", OCT), who="abcd")
    months = read(two, SEPTEMBER, lines="abcd")

    assert (months.regular, gone(months), months.not_yet) == ("2026-10", "cd", ())


def test_order_before_the_month_takes_nobody_elses_line_off() -> None:
    one = month("2026-10", charge("d", "2026-10-12/2026-10-31", whole=False))
    months = read(one, SEPTEMBER)

    assert (months.newest, months.regular, gone(months)) == ("2026-10", "2026-09", "")
    assert [each.mark for each in months.not_yet] == ["a", "b", "c"]


def test_person_who_says_that_the_month_is_complete_makes_it_regular() -> None:
    one = month("2026-10", charge("a", OCT))
    assert gone(read(one, SEPTEMBER, complete="2026-10")) == "bc"


def test_new_line_of_the_month_counts_for_neither_side() -> None:
    order = month("2026-10", charge("d", OCT))
    months = read(order, SEPTEMBER, lines="abcd")

    assert (months.regular, gone(months)) == ("2026-09", "")


def test_parts_that_begin_the_day_after_go_on_unless_something_is_taken_back_of_their_days() -> None:
    parts = [charge(name, "2026-10-01/2026-10-14", whole=False) for name in "ab"]
    assert read(month("2026-10", *parts), SEPTEMBER).regular == "2026-10"

    taken = [charge(name, "2026-10-01/2026-10-14", "-2", whole=False) for name in "ab"]
    assert read(month("2026-10", *parts, *taken), SEPTEMBER).regular == "2026-09"

    late = [charge(name, "2026-10-02/2026-10-14", whole=False) for name in "ab"]
    assert read(month("2026-10", *late), SEPTEMBER).regular == "2026-09"


def test_subscription_goes_on_under_a_new_id_and_at_another_customer() -> None:
    renewed = month("2026-10", charge("d", OCT, customer=100), charge("b", OCT, customer=500))
    months = read(renewed, SEPTEMBER)

    assert months.regular == "2026-10"
    assert {(one.holder.mark, one.elsewhere) for one in months.gone} == {("a", True), ("b", True), ("c", False)}


def test_new_id_with_fewer_seats_or_a_gap_is_an_order_and_no_renewal() -> None:
    fewer = charge("d", OCT, "1", customer=100)
    gap = charge("d", "2026-10-02/2026-10-31", customer=100)
    assert read(month("2026-10", fewer, who="a"), SEPTEMBER, lines="a").regular == "2026-09"
    assert read(month("2026-10", gap, who="a"), SEPTEMBER, lines="a").regular == "2026-09"


def test_late_rows_and_refunds_keep_no_line() -> None:
    late = charge("a", "2026-09-21/2026-09-30", whole=False)
    refund = charge("b", "2026-10-01/2026-10-31", "-2")
    months = read(
        month("2026-10", late, refund, charge("c", OCT), charge("d", OCT), who="abcd"), SEPTEMBER, lines="abcd"
    )

    assert (months.regular, gone(months)) == ("2026-10", "ab")


def test_line_stays_for_a_charge_of_a_later_month_though_that_is_not_regular() -> None:
    order = month("2026-11", charge("a", NOV), ended="2026-10-31")
    october = month("2026-10", charge("b", OCT), charge("c", OCT))
    months = read(order, october, SEPTEMBER)

    assert (months.regular, gone(months)) == ("2026-10", "")
    assert [one.mark for one in months.not_yet] == ["b", "c"]


def test_rows_of_nothing_keep_a_line_of_nothing_and_no_other() -> None:
    october = month("2026-10", charge("a", OCT, zero=True), charge("b", OCT, zero=True), charge("c", OCT))
    months = read_months([october, SEPTEMBER], [holder("a", free=True), holder("b"), holder("c")])

    assert (months.regular, gone(months)) == ("2026-10", "b")


def test_early_charge_without_a_whole_cycle_of_what_the_line_has_is_an_order_of_more() -> None:
    october = month(
        "2026-10",
        charge("a", OCT, "1"),
        charge("d", OCT),
        charge("e", "2026-10-12/2026-10-31", whole=False),
        who="abcde",
    )
    months = read(october, SEPTEMBER, lines="abcde")

    assert (months.regular, {NAMES[one] for one in months.early}) == ("2026-09", {"a", "e"})


def test_without_lines_the_month_before_says_who_must_go_on() -> None:
    order = month("2026-10", charge("d", OCT), who="abc")
    assert read(order, SEPTEMBER, lines="").regular == "2026-09"
    most = month("2026-10", charge("a", OCT), charge("b", OCT), who="abc")
    assert read(most, SEPTEMBER, lines="").regular == "2026-10"
    assert read(SEPTEMBER, lines="").regular == "2026-09"
    assert read_months([], []).regular == ""


@pytest.mark.parametrize(
    ("rows", "followed"),
    [
        ([charge("d", OCT, customer=100)], True),
        ([charge("d", OCT, "1", customer=100)], False),
        ([charge("d", OCT, "1", customer=100), charge("d", OCT, "1", customer=100)], True),
        ([charge("d", OCT, "1", customer=100), charge("e", OCT, "1", customer=100)], False),
        ([charge("d", OCT)], False),
        ([charge("b", OCT, customer=100)], False),
        # of a part that it was charged this month the follower begins the day after
        ([charge("a", "2026-10-01/2026-10-14"), charge("d", "2026-10-15/2026-10-31", customer=100)], True),
        ([charge("a", "2026-10-01/2026-10-14"), charge("d", OCT, customer=100)], False),
    ],
)
def test_subscription_is_followed_by_a_new_one_of_as_many_seats_the_day_after_it_ended(
    rows: list[Charged], followed: bool
) -> None:
    assert month("2026-10", *rows).is_followed(holder("a")) is followed


def test_parts_go_on_where_nobody_has_a_line_and_so_does_a_new_id() -> None:
    parts = month("2026-10", charge("a", "2026-10-01/2026-10-14", whole=False), charge("d", OCT, customer=101), who="")
    assert read(parts, SEPTEMBER, lines="").regular == "2026-10"

    fewer = month("2026-10", charge("a", "2026-10-01/2026-10-14", whole=False), charge("d", OCT, "1", customer=101))
    assert read(fewer, SEPTEMBER, lines="").regular == "2026-09"


def test_month_charges_each_subscription_what_ends_last() -> None:
    rows = (
        charge("a", "2026-09-01/2026-09-14", "9"),
        charge("a", "2026-09-15/2026-09-30", "3"),
        charge("a", "2026-09-20/2026-09-30", "-1"),
        charge("b", SEP, "-2"),
        charge("c", SEP, zero=True),
        charge("d", SEP, customer=500),
    )

    assert charged_in(month("2026-09", *rows)) == [
        Holder("", 0, 100, 7, Decimal(2), Decimal(0)),
        Holder("", 3, 500, 7, Decimal(2), Decimal(0)),
    ]


NOBODY = month("2026-11", charge("j", NOV), who="")
MOST = month("2026-10", charge("a", OCT), charge("b", OCT), who="")


@pytest.mark.parametrize(
    ("newest_first", "regular"),
    [
        ([MOST, SEPTEMBER], "2026-10"),
        ([NOBODY, MOST, SEPTEMBER], "2026-10"),
        ([NOBODY, SEPTEMBER], ""),
        ([SEPTEMBER], ""),
        ([], ""),
    ],
)
def test_without_lines_the_newest_month_in_which_half_go_on_is_regular(
    newest_first: list[MonthCharges], regular: str
) -> None:
    assert newest_regular(newest_first) == regular


def test_what_is_known_of_the_months_says_how_many_have_a_line_and_what_a_person_said() -> None:
    months = read(month("2026-10", charge("a", OCT)), SEPTEMBER, complete="2026-10")

    assert (months.holders, months.complete, months.open_month) == (3, {"2026-10"}, "")
    assert read(NOBODY, SEPTEMBER).open_month == "2026-11"


def test_some_holders_alone_are_sorted_out_by_the_month_that_is_known_to_be_regular() -> None:
    october = month("2026-10", charge("a", OCT))
    months = months_since(iter([october, SEPTEMBER]), [holder("a"), holder("d")], {"2026-09"})

    assert (months.newest, months.regular, gone(months), months.complete) == ("2026-10", "2026-09", "d", {"2026-09"})
