"""The months of the field: what stands on the templates is what the story says, to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest

from tests.end_to_end.conftest import opened
from tests.end_to_end.office import Json, Office, amount_of

CAST = ("liberty", "proseware-east", "proseware-west")
SYNCS = 3  # the invoices of September, October with an order for November, and November
RECURRING, ONE_TIME = False, True


@dataclass
class Month:
    """What a sync left, and what the story says of it."""

    truth: list[Json]
    totals: dict[int, tuple[Decimal, Decimal]]
    lines: dict[str, list[Json]]  # ours, by customer
    annual: dict[str, list[Json]]  # ours on the template of annual charges, by customer
    unbalanced: list[str]


@pytest.fixture(scope="module")
def months(kept_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Month]]:
    """The customers to whom they happen; Syncro generates between the syncs."""
    with opened(tmp_path_factory.mktemp("field"), {"months": "field"}) as office:
        office.configure(*CAST)
        found = [_sync_a_month(office)]
        for _ in range(SYNCS - 1):
            office.advance()
            found.append(_sync_a_month(office))
        yield found


def _sync_a_month(office: Office) -> Month:
    office.sync()
    entries = office.entries(*CAST)
    templates = sorted({entry["invoice_template"] for entry in entries})
    lines = {number: office.template(number)["lines"] for number in templates}
    truth = [told for told in office.truth()["templates"] if told["invoice_template"] in lines]
    return Month(
        truth,
        {number: (amount_of(found), amount_of(found, "cost")) for number, found in lines.items()},
        _lines_of(office, entries, "seat_monthly"),
        _lines_of(office, entries, "seat_annual"),
        office.unbalanced(),
    )


def _lines_of(office: Office, entries: list[Json], motion: str) -> dict[str, list[Json]]:
    return {one["tenant"]: office.our_lines(one["invoice_template"]) for one in entries if one["motion"] == motion}


def test_templates_total_what_the_story_expects_in_each_month(months: list[Month]):
    expected = [told for month in months for told in month.truth if told["expected"] is not None]
    assert len(expected) == SYNCS * len(CAST) + 1  # and a template of annual charges, once
    for month in months:
        for told in month.truth:
            if told["expected"] is not None:
                due = (Decimal(told["expected"]["retail"]), Decimal(told["expected"]["cost"]))
                assert month.totals[told["invoice_template"]] == due, told


def test_invoices_balance_in_each_month(months: list[Month]):
    assert [month.unbalanced for month in months] == [[]] * SYNCS


@pytest.mark.parametrize(
    ("tenant", "product", "lines"),
    [
        ("liberty", "Office 365 E3", [(12, RECURRING), (1, ONE_TIME)]),  # a change told late: September's adjustment
        ("liberty", "Planner and Project Plan 3", [(9, RECURRING), (1, ONE_TIME)]),  # a rebate gives no seats back
        ("liberty", "Visio Plan 1", [(25, RECURRING), (1, ONE_TIME)]),  # a trial that is paid now
        ("proseware-west", "Access LTSC 2024", [(2, ONE_TIME)]),  # bought once
        ("liberty", "Microsoft Teams Premium", [(14, RECURRING)]),  # renewed: the old line is gone
        ("proseware-east", "Microsoft Teams Premium", [(8, RECURRING), (1, ONE_TIME), (1, ONE_TIME)]),  # in mid-month
        ("proseware-east", "Windows 10/11 Enterprise E3", [(10, RECURRING), (1, ONE_TIME)]),  # ordered for November
        ("proseware-west", "Office 365 E3", [(1, ONE_TIME)]),  # ended in mid-month
        ("proseware-east", "Planner and Project Plan 3", [(8, RECURRING), (1, ONE_TIME)]),  # a cycle from the 7th
        ("proseware-east", "Microsoft Teams Phone Standard", []),  # moved away
        ("proseware-west", "Microsoft Teams Phone Standard", [(15, RECURRING)]),  # moved here
        ("proseware-west", "Planner and Project Plan 3", [(12, RECURRING), (1, ONE_TIME)]),  # ends at two times
        ("liberty", "Windows 10/11 Enterprise E3", [(9, RECURRING), (1, ONE_TIME)]),  # and at the midnight after
        (
            "liberty",
            "Microsoft Teams Phone Standard",
            [(1, ONE_TIME)],
        ),  # by the year from mid-month: on another template
        ("proseware-east", "Office 365 E3", []),  # only a refund is left
        ("proseware-west", "Microsoft 365 Copilot", [(5, RECURRING), (1, ONE_TIME)]),  # two new months
        ("proseware-west", "Microsoft Teams Premium", [(10, RECURRING), (1, ONE_TIME)]),  # ordered for November
    ],
)
def test_october_is_on_the_lines_as_the_field_means_it(months: list[Month], tenant, product, lines):
    found = [line for line in months[1].lines[tenant] if line["name"].startswith(product)]

    assert sorted((Decimal(line["quantity"]), line["one_time_charge"]) for line in found) == sorted(lines)


def test_what_became_annual_is_billed_once_in_each_way(months: list[Month]):
    """The days of October by the month, the year on the template of annual charges."""
    product = "Microsoft Teams Phone Standard"
    before, since = (
        [line for line in month.lines["liberty"] if line["name"].startswith(product)] for month in months[:2]
    )
    of_the_year = [line for line in months[1].annual["liberty"] if line["name"].startswith(product)]

    assert [(Decimal(line["quantity"]), line["one_time_charge"]) for line in before] == [(10, RECURRING)]
    assert [line["retail_cents"] for line in since] == [4516]
    assert [(Decimal(line["quantity"]), line["one_time_charge"]) for line in of_the_year] == [(10, ONE_TIME)]


def test_order_that_was_taken_back_is_settled_with_its_month(months: list[Month]):
    """Five seats were billed; the invoice took them back and charged four, beside November's ten."""
    found = [line for line in months[2].lines["proseware-west"] if line["name"].startswith("Microsoft Teams Premium")]

    assert sorted((Decimal(line["quantity"]), line["retail_cents"]) for line in found) == [(1, -5000), (14, 1000)]


def test_early_order_is_billed_once(months: list[Month]):
    def of_november(month: Month) -> list[tuple[Decimal, int, bool]]:
        found = [line for line in month.lines["proseware-east"] if line["name"].startswith("Windows 10/11")]
        return sorted((Decimal(line["quantity"]), line["retail_cents"], line["one_time_charge"]) for line in found)

    assert of_november(months[1]) == [(1, 2100, True), (10, 700, False)]
    assert of_november(months[2]) == [(1, -2100, True), (13, 700, False)]
