"""The whole reseller over four months: what is invoiced is what the story says, to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from tests.end_to_end.conftest import opened
from tests.end_to_end.office import Json, Office, Synced, invoiced

MONTHS = 4  # syncs; Syncro generates after each but the last


@dataclass
class Month:
    """One month: synced, synced again, looked at, and then billed by Syncro."""

    synced: Synced
    again: Synced
    planned: list[Json]
    truth: Json
    balances: list[Json]
    unbalanced: list[str]
    doubled: list[str]
    foreign: list[Json]
    counted_by_syncro: int  # lines of any template
    dynamic: list[Json]  # those of ours
    generated: dict[int, list[Json]] = field(default_factory=dict)


EDITED = {"name": "Our own name for it", "product_category": "Software", "taxable": False}


@dataclass
class Story:
    """All months, and what a person edited in Syncro after the first."""

    months: list[Month]
    foreign_at_first: list[Json]
    edited_product: int
    products: list[Json]


@pytest.fixture(scope="module")
def story(kept_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Four months of the whole cast, with default settings."""
    with opened(tmp_path_factory.mktemp("story")) as office:
        foreign = office.foreign()
        office.configure()
        months = []
        for number in range(MONTHS):
            months.append(_live_a_month(office, last=number == MONTHS - 1))
            if number == 0:
                edited = _edit_a_product(office)
        yield Story(months, foreign, edited, office.products())


def _live_a_month(office: Office, *, last: bool) -> Month:
    office.map([entry for entry in office.entries() if not _is_mapped(office, entry)])  # who joined
    synced = office.sync()
    again = office.sync()
    month = Month(
        synced=synced,
        again=again,
        planned=office.planned() if last else [],
        truth=office.truth(),
        balances=office.balances(),
        unbalanced=office.unbalanced(),
        doubled=office.doubled(),
        foreign=office.foreign(),
        counted_by_syncro=sum(bool(line["recurring_type_id"]) for one in office.templates() for line in one["lines"]),
        dynamic=[line for line in office.our_lines() if line["recurring_type_id"]],
    )
    if not last:
        month.generated = office.advance()
    return month


def _is_mapped(office: Office, entry: Json) -> bool:
    wished = office.wishes["mappings"]
    return any((one["customer"], one["motion"]) == (entry["customer"], entry["motion"]) for one in wished)


def _edit_a_product(office: Office) -> int:
    # Its price changes in November, so that the sync writes to it after the edit.
    product = next(p for p in office.products() if "CFQ7TTC0LHT4" in p["name"])
    office.edit("edit_product", product_id=product["id"], values=EDITED)
    return int(product["id"])


def test_every_generated_invoice_is_what_the_story_expects(story: Story):
    wrong = []
    compared = 0
    for number, month in enumerate(story.months[:-1]):
        for told in month.truth["templates"]:
            if told["expected"] is None:
                continue
            compared += 1
            wrong += _differences(number, told, month.generated.get(told["invoice_template"], []))
    assert wrong == []
    assert compared > 100


def _differences(number: int, told: Json, invoices: list[Json]) -> list[str]:
    allowed = Decimal(told["rounding_allowed"])
    found = []
    for side in ("retail", "cost"):
        expected, billed = Decimal(told["expected"][side]), invoiced(invoices, side)
        if abs(expected - billed) > allowed:
            found.append(f"month {number}, {told['invoice_template']}: {side} {billed}, not {expected}: {told}")
    return found


def test_each_template_is_billed_once_a_month(story: Story):
    numbers = [len(invoices) for month in story.months for invoices in month.generated.values()]
    assert numbers == [1] * len(numbers)
    assert len(numbers) > 75


def test_running_again_with_nothing_new_changes_and_writes_nothing(story: Story):
    assert [month.again.statuses for month in story.months] == [["no_change", "no_change"]] * MONTHS
    assert [month.again.writes for month in story.months] == [[]] * MONTHS


def test_planning_again_after_the_last_month_is_empty(story: Story):
    assert story.months[-1].planned == []


def test_every_invoice_balances_each_month(story: Story):
    assert [month.unbalanced for month in story.months] == [[]] * MONTHS
    assert [len(month.balances) for month in story.months] == sorted(len(m.balances) for m in story.months)
    assert len(story.months[-1].balances) >= 2 * MONTHS


def test_nothing_is_left_failed(story: Story):
    failed = [
        (one["number"], side)
        for month in story.months
        for one in month.balances
        for side in ("retail", "cost")
        if Decimal(one[side]["failed"])
    ]
    assert failed == []
    assert [month.synced.code for month in story.months] == [0] * MONTHS


def test_header_less_source_totals_equal_the_invoices_of_the_source(story: Story):
    last = story.months[-1]
    told = {one["invoice_id"]: (Decimal(one["retail"]), Decimal(one["cost"])) for one in last.truth["invoices"]}
    shown = {
        b["number"]: (Decimal(b["retail"]["source_total"]), Decimal(b["cost"]["source_total"])) for b in last.balances
    }
    assert shown == {number: told[number] for number in shown}


def test_lines_that_people_typed_in_stay_as_they_were(story: Story):
    assert len(story.foreign_at_first) > 10
    assert [month.foreign for month in story.months] == [story.foreign_at_first] * MONTHS


def test_no_mark_is_on_two_lines(story: Story):
    assert [month.doubled for month in story.months] == [[]] * MONTHS


def test_lines_that_syncro_counts_are_never_ours(story: Story):
    assert [month.counted_by_syncro > 0 for month in story.months] == [True] * MONTHS
    assert [month.dynamic for month in story.months] == [[]] * MONTHS


def test_what_a_person_edited_on_a_product_survives_a_price_change(story: Story):
    product = next(p for p in story.products if p["id"] == story.edited_product)
    assert {name: product[name] for name in EDITED} == EDITED
    assert product["upc_code"]
    names = [p["name"] for p in story.products]
    assert len(set(names)) == len(names)


def test_each_product_key_is_in_syncro_once(story: Story):
    codes = [p["upc_code"] for p in story.products if p["upc_code"]]
    assert sorted(set(codes)) == sorted(codes)
    assert len(codes) > 20
