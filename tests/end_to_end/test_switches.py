"""Every plausible behaviour of the vendors: the same invoices come out, to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connections.models import Connection
from core.scope import partner_scope
from tests.end_to_end.conftest import Open
from tests.end_to_end.office import Json, Office, amount_of, invoiced, mark_of

CAST = ("adatum", "fourthcoffee", "humongous")
ADATUM, COHO, FOURTH = 5001, 5010, 5017


def told_of(office: Office) -> list[Json]:
    """What the story expects of the mapped templates."""
    mapped = {one["invoice_template"] for one in office.wishes["mappings"]}
    return [told for told in office.truth()["templates"] if told["invoice_template"] in mapped]


def differences(told: list[Json], generated: dict[int, list[Json]]) -> list[str]:
    """Templates whose invoices are not what the story expects."""
    found = []
    assert any(one["expected"] for one in told), "nothing to compare"
    for one in told:
        for side in ("retail", "cost"):
            if one["expected"] is None:
                continue
            billed = invoiced(generated.get(one["invoice_template"], []), side)
            if abs(billed - Decimal(one["expected"][side])) > Decimal(one["rounding_allowed"]):
                found.append(f"{one['invoice_template']} {side}: {billed}, not {one['expected'][side]}")
    return found


def live_on(office: Office) -> None:
    """Sync, sync again, let Syncro bill, and sync what comes next; judge each step."""
    office.configure(*CAST)
    office.sync()
    again = office.sync()
    assert (again.statuses, again.writes) == (["no_change", "no_change"], [])
    assert (office.unbalanced(), office.doubled()) == ([], [])
    assert differences(told_of(office), office.advance()) == []
    office.sync()
    assert (office.unbalanced(), office.doubled()) == ([], [])
    assert differences(told_of(office), office.advance()) == []
    assert office.findings("unproven") == office.findings("lost") == []


SYNCRO = {
    "lists": {
        "meta": "off", "page_size": "20", "customers_page_size": "100", "per_page": "honoured",
        "filter_match": "like", "new_line_position": "start", "next_run_format": "date",
    },
    "products": {
        "disabled_products": "listed", "include_disabled": "honoured", "put_resets_booleans": "maintain_stock",
        "unique_upc": "on", "price_reaches_lines": "on", "barcode_miss": "null", "text_limit": "100",
    },
    "lines": {
        "name_autofill": "off", "line_put": "full", "quantity_digits": "4", "negative_quantity": "accepted",
        "remove_key": "bare", "remove_miss": "silent", "one_time_after_generation": "kept",
        "disabled_by_id": "hidden", "put_resets_booleans": "none",
    },
    "invoices": {
        "invoice_wrapper": "invoice", "invoice_schedule_id": "on", "since_updated_at": "ignored",
        "blank_invoices": "on", "token_forms": "bearer", "permission_check": "after_validation",
    },
}  # fmt: skip


@pytest.mark.parametrize("group", SYNCRO)
def test_syncro_behaves_otherwise(open_office: Open, group: str):
    office = open_office(**SYNCRO[group])
    if SYNCRO[group].get("one_time_after_generation") == "kept":
        live_with_kept_lines(office)
    else:
        live_on(office)


def marks_on(office: Office, told: list[Json]) -> set[str]:
    """Marks of the one-time lines that stand on these templates."""
    return {mark_of(line) for one in told for line in office.one_time(one["invoice_template"])}


def live_with_kept_lines(office: Office) -> None:
    """One-time lines stay after Syncro billed them: they go before they are billed again."""
    office.configure(*CAST)
    office.sync()
    told = told_of(office)
    billed = marks_on(office, told)
    assert len(billed) > 3
    assert differences(told, office.advance()) == []

    office.sync()

    still = marks_on(office, [one for one in told if office.template(one["invoice_template"])["runs"]])
    waiting = marks_on(office, [one for one in told if one["expected"] is None])
    assert (billed - waiting) & still == set()
    assert (office.unbalanced(), office.doubled()) == ([], [])
    assert differences(told_of(office), office.advance()) == []
    before = office.our_lines()
    kept = [line for line in before if line["one_time_charge"]]
    daily = office.sync("billing")
    assert kept
    taken_off = [call for call in daily.writes if call["path"].endswith("/remove_line_item")]
    assert len(taken_off) >= len(kept)
    assert {line["id"] for line in kept} & {line["id"] for line in office.our_lines()} == set()
    assert office.unbalanced() == []


def test_billed_line_that_stays_is_taken_off_without_a_new_invoice(open_office: Open):
    office = open_office(one_time_after_generation="kept")
    office.configure("adatum")
    office.sync()
    office.edit("run_template", schedule_id=5001)
    assert office.one_time(5001) != []

    office.sync()

    assert office.one_time(5001) == []
    assert (office.unbalanced(), office.planned()) == ([], [])


PRISM = {
    "needed columns": {
        "csv_columns": "needed", "csv_order": "shuffled", "csv_bom": "on", "csv_line_end": "crlf",
        "csv_quotes": "all", "csv_header_case": "lower", "ratio_digits": "4", "own_company_listed": "off",
        "ended_subscriptions": "hidden",
    },
    "more columns": {
        "csv_columns": "extra", "csv_header_case": "spaced", "ratio_digits": "10", "azure_rows": "meter",
        "invoice_header": "extended", "invoice_pages": "fields",
    },
    "other rows": {
        "credit_form": "price", "date_offset": "+10:00", "invoice_pages": "paged", "subscription_owner": "off",
        "amount_digits": "4",
    },
}  # fmt: skip


@pytest.mark.parametrize("group", PRISM)
def test_prism_behaves_otherwise(open_office: Open, group: str):
    live_on(open_office(**PRISM[group]))


NEGATIVE = ("refused", "refused_on_add", "zero", "absolute")


@pytest.mark.parametrize("what", NEGATIVE)
def test_negative_amounts_refused_or_altered_fall_back(open_office: Open, what: str):
    office = open_office(negative_cents=what)
    office.configure("fourthcoffee", "adatum", "alpine", motions=["seat_monthly"])
    for _ in range(2):
        office.sync()
        assert [line for line in office.our_lines() if line["retail_cents"] < 0] == []
        told = told_of(office)
        office.sync()
        assert (office.unbalanced(), office.doubled(), office.planned()) == ([], [], [])
        synced = sum((amount_of(office.our_lines(one["invoice_template"])) for one in told), Decimal(0))
        owed = sum((Decimal(one["source"]["retail"]) for one in told), Decimal(0)) - azure(office)
        assert abs(synced - owed) <= Decimal("0.05") * len(told)  # at most so much a line is rounding
        assert knows_negative_lines(office) is False  # so one was tried
        office.advance()


def knows_negative_lines(office: Office) -> bool | None:
    """Whether Syncro takes negative amounts, as far as the product knows."""
    with partner_scope(office.partner_id()):
        return Connection.objects.get(system="syncro").negative_lines


def test_lost_line_is_resolved_before_its_template_is_planned_without_negative_amounts(open_office: Open):
    office = open_office(negative_cents="refused")
    office.configure("fourthcoffee", "adatum", "alpine", motions=["seat_monthly"])
    office.fault("drop_before", vendor="syncro", method="POST", path="/add_line_item$")

    synced = office.sync()

    assert synced.billing["status"] != "error"
    assert (office.unbalanced(), office.doubled(), office.planned()) == ([], [], [])


def test_line_that_waits_for_a_lost_removal_is_added_once_where_its_template_is_planned_anew(open_office: Open):
    office = open_office()
    office.configure("adatum", motions=["seat_monthly"])
    office.sync()
    assert [line for line in office.one_time(ADATUM) if line["retail_cents"] < 0] != []
    like = office.template(ADATUM)
    values = {name: like[name] for name in ("customer_id", "frequency", "next_run")}
    other = office.edit("add_schedule", values=values | {"name": "Second"})["id"]
    office.map([entry | {"invoice_template": other} for entry in office.entries("adatum", motions=["seat_monthly"])])
    office.switch(negative_cents="refused")
    office.fault("drop_before", vendor="syncro", method="POST", path=f"/schedules/{ADATUM}/remove", skip=1)

    synced = office.sync()

    added = [call["status"] for call in synced.writes if call["path"].endswith(f"/schedules/{other}/add_line_item")]
    assert added.count(200) == len(office.our_lines(other))
    assert office.our_lines(ADATUM) == []
    assert (office.unbalanced(), office.doubled(), office.planned()) == ([], [], [])


def azure(office: Office) -> Decimal:
    """Azure charges of the newest month, which share a template but are not mapped here."""
    found = [
        one for one in office.truth()["charges"] if one["motion"] == "azure_plan" and one["domain"] == "adatum.example"
    ]
    return Decimal(max(found, key=lambda one: str(one["month"]))["source"]["retail"])


# What removes the line depends on the vendor; where nothing that is tried does, the line bills nothing.
REMOVAL_KEYS = {"line_item_id": 1, "schedule_line_item_id": 1, "bare": 1, "ticket_line_item_id": 2, "id": 2}


@pytest.fixture
def with_double(open_office: Open) -> Office:
    """A second line with a mark of ours, which has to be taken off."""
    office = open_office()
    office.configure("adatum", motions=["azure_plan"])
    office.sync()
    line = office.our_lines(5001)[0]
    copy = {name: line[name] for name in ("name", "description", "quantity", "retail_cents", "cost_cents")}
    office.edit("add_line", schedule_id=5001, values=copy | {"one_time_charge": True})
    return office


@pytest.mark.parametrize(("key", "miss"), [*((key, "silent") for key in REMOVAL_KEYS), ("bare", "not_found")])
def test_line_is_removed_whatever_names_it(with_double: Office, key: str, miss: str):
    with_double.switch(remove_key=key, remove_miss=miss)
    whole = amount_of(with_double.our_lines(5001)) / 2

    with_double.sync("billing")

    lines = with_double.our_lines(5001)
    assert (len(lines), amount_of(lines)) == (REMOVAL_KEYS[key], whole)
    assert with_double.unbalanced() == []


def test_removal_refused_sets_the_line_to_nothing(open_office: Open):
    office = open_office(remove_key="refused")
    office.configure("coho-winery")
    for _ in range(2):
        office.sync()
        told = told_of(office)
        assert differences(told, office.advance()) == []

    synced = office.sync()

    (line,) = [one for one in office.recurring(COHO) if "Teams Phone" in one["name"]]
    assert Decimal(line["quantity"]) == 0
    assert synced.billing["status"] == "warning"
    assert (office.unbalanced(), office.doubled()) == ([], [])
    again = office.sync()
    assert (again.statuses, again.writes) == (["no_change", "no_change"], [])
    assert differences(told_of(office), office.advance()) == []


def test_line_of_a_deleted_product_is_set_to_nothing_where_removal_is_refused(open_office: Open):
    office = open_office(remove_key="refused", one_time_after_generation="kept")
    office.configure("adatum")
    office.sync()
    for product_id in {line["product_id"] for line in office.our_lines(5001) if line["one_time_charge"]}:
        office.edit("delete_product", product_id=product_id)
    assert differences(told_of(office), office.advance()) == []

    office.sync()

    assert differences(told_of(office), office.advance()) == []
    assert office.unbalanced() == []


def test_semicolons_are_refused_and_nothing_is_imported(open_office: Open):
    office = open_office(csv_delimiter="semicolon")
    office.configure("adatum")

    synced = office.sync()

    assert "was not imported" in synced.messages
    assert "semicolon" in synced.messages
    assert (synced.code, office.our_lines(), office.balances()) == (1, [], [])
    office.switch(csv_delimiter="comma")
    assert office.sync().code == 0
    assert office.unbalanced() == []
    assert office.our_lines() != []


@pytest.mark.parametrize(
    ("told", "learned"), [("Name is odd", False), ("Price must be greater than or equal to 0", True)]
)
def test_refusal_of_negative_amounts_is_learned_from_words_about_amounts_only(
    open_office: Open, told: str, learned: bool
):
    office = open_office()
    office.configure("fourthcoffee", motions=["seat_monthly"])
    office.sync("products")
    office.fault(
        "status", vendor="syncro", method="POST", path="/add_line_item$", status=422, skip=1, body=f'["{told}"]'
    )

    office.sync("billing")

    assert (knows_negative_lines(office) is False) is learned
    assert office.unbalanced() == []
    office.sync()
    below_nothing = [line for line in office.our_lines() if line["retail_cents"] < 0]
    assert bool(below_nothing) is not learned
    assert office.planned() == []
