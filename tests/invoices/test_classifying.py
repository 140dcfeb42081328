"""What a row is, by pure functions and by whole imports."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.records import Cadence, InvoiceRow
from core.scope import partner_scope
from customers.models import Customer, Subscription
from invoices.classifying import NO_CUSTOMER, NO_MOTION, NO_SUBSCRIPTION, Amount, classify, find_prorations
from invoices.importing import MOST_LOOK_UPS
from invoices.models import Charge
from invoices.services import reclassify_unknown
from products.models import Product
from products.services import refresh_price_list
from tests.invoices.prism_wire import World, row, subscription

# --- Pure -------------------------------------------------------------------------------------------


def record(**values) -> InvoiceRow:
    """A row of September with one unit, unless said otherwise."""
    given_values = {
        "line": 2, "subscription_id": "s1", "product_name": "Sample Suite", "quantity": Decimal(1),
        "start": dt.datetime(2026, 9, 1, tzinfo=dt.UTC), "end": dt.datetime(2026, 9, 30, tzinfo=dt.UTC),
        "unit_cost": Decimal(8),
        "unit_retail": Decimal(10), "ratio": Decimal(1), "cost": Decimal(8), "retail": Decimal(10), "raw": {},
    }  # fmt: skip
    return InvoiceRow(**(given_values | values))


def judge(subscription=Cadence.UNKNOWN, *, is_proration=False, **values):
    """Motion and kind of a row whose subscription has that cadence."""
    verdict = classify(record(**values), cadence=subscription, has_customer=True, is_proration=is_proration)
    return verdict.motion, verdict.kind


@pytest.mark.parametrize(
    ("cadence", "expected"),
    [
        (Cadence.MONTHLY, ("seat_monthly", "recurring")),
        (Cadence.USAGE, ("azure_plan", "usage")),
        (Cadence.ANNUAL, ("seat_annual", "one_time")),
    ],
)
def test_cadence_of_the_subscription_decides(cadence, expected):
    assert judge(cadence) == expected
    assert judge(cadence, cadence=Cadence.MONTHLY) == expected


def test_row_speaks_for_itself_where_the_subscription_is_silent():
    assert judge(cadence=Cadence.ANNUAL) == ("seat_annual", "one_time")


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, ("seat_monthly", "recurring")),
        (31, ("seat_monthly", "recurring")),
        (32, (None, "unknown")),
        (349, (None, "unknown")),
        (350, ("seat_annual", "one_time")),
        (-1, (None, "unknown")),
    ],
)
def test_length_of_the_charge_decides_where_nobody_speaks(days, expected):
    start = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
    assert judge(start=start, end=start + dt.timedelta(days=days)) == expected


def test_azure_plan_is_known_by_its_name():
    assert judge(product_name="Azure plan") == ("azure_plan", "usage")


def test_part_of_a_month_is_a_proration():
    assert judge(Cadence.MONTHLY, ratio=Decimal("0.5")) == ("seat_monthly", "proration")


@pytest.mark.parametrize("cadence", [Cadence.MONTHLY, Cadence.USAGE, Cadence.ANNUAL])
@pytest.mark.parametrize("sign", [{"quantity": Decimal(-1)}, {"cost": Decimal(-8)}, {"retail": Decimal(-10)}])
def test_negative_row_is_proration_or_credit_in_every_motion(cadence, sign):
    motion = judge(cadence)[0]
    assert judge(cadence, is_proration=True, **sign) == (motion, "proration")
    assert judge(cadence, **sign) == (motion, "credit")


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"subscription_id": ""}, NO_SUBSCRIPTION),
        ({"has_customer": False}, NO_CUSTOMER),
        ({"end": dt.datetime(2026, 12, 1, tzinfo=dt.UTC)}, NO_MOTION),
    ],
)
def test_row_that_fits_no_rule_is_unknown_and_says_why(values, problem):
    has_customer = values.pop("has_customer", True)
    verdict = classify(record(**values), cadence=Cadence.UNKNOWN, has_customer=has_customer, is_proration=False)
    assert (verdict.kind, verdict.problem) == ("unknown", problem)


def test_period_is_counted_in_the_offset_given():
    east = dt.timezone(dt.timedelta(hours=10))
    start, end = dt.datetime(2026, 9, 1, tzinfo=east), dt.datetime(2027, 8, 31, tzinfo=east)
    month = classify(record(start=start), cadence=Cadence.MONTHLY, has_customer=True, is_proration=False)
    year = classify(record(start=start, end=end), cadence=Cadence.ANNUAL, has_customer=True, is_proration=False)
    assert (month.period, year.period) == ("2026-09", "2026-09-01/2027-08-31")


# --- Negative rows ----------------------------------------------------------------------------------


def amount(line, days, retail, cost=None, quantity=1) -> Amount:
    """A row of some days of September."""
    first, last = days
    dates = dt.date(2026, 9, first), dt.date(2026, 9, last)
    return Amount(line, *dates, Decimal(quantity), Decimal(retail if cost is None else cost), Decimal(retail))


def test_taken_back_and_charged_again_is_a_proration():
    rows = [amount(2, (1, 30), 100), amount(3, (11, 30), -66), amount(4, (11, 30), 80)]
    assert find_prorations(rows) == {3}


def test_no_overlap_is_a_credit():
    assert find_prorations([amount(2, (1, 10), 100), amount(3, (11, 20), -5)]) == frozenset()


def test_one_common_day_is_an_overlap():
    assert find_prorations([amount(2, (1, 10), 100), amount(3, (10, 20), -5)]) == {3}


def test_more_than_was_charged_is_a_credit():
    assert find_prorations([amount(2, (1, 30), 100), amount(3, (1, 30), "-100.01")]) == frozenset()


def test_all_of_what_was_charged_is_a_proration():
    assert find_prorations([amount(2, (1, 30), 100), amount(3, (1, 30), -100)]) == {3}


def test_smallest_goes_first_when_not_all_fit():
    rows = [amount(2, (1, 30), 100), amount(3, (1, 30), -90), amount(4, (1, 30), -20)]
    assert find_prorations(rows) == {4}


def test_cost_alone_may_forbid_it():
    assert find_prorations([amount(2, (1, 30), 100, cost=10), amount(3, (1, 30), -20)]) == frozenset()


def test_side_on_which_a_negative_row_charges_gives_no_room_twice():
    charged = [amount(2, (1, 1), 0), amount(3, (2, 2), 0)]
    odd = amount(4, (1, 2), 0, cost=50, quantity=-1)
    back = [amount(5, (1, 1), 0, cost=-50), amount(6, (2, 2), 0, cost=-50)]
    assert find_prorations([*charged, odd, *back]) == {4}


def test_row_of_nothing_counts_as_charged():
    assert find_prorations([amount(2, (1, 30), 0), amount(3, (1, 30), 0, quantity=-1)]) == {3}


dates = st.tuples(st.integers(1, 30), st.integers(1, 30)).map(sorted)
cents = st.integers(-20_000, 20_000).map(lambda value: Decimal(value) / 100)
amounts = st.lists(st.tuples(dates, cents, cents, st.integers(-3, 3)), max_size=12).map(
    lambda rows: [amount(line, *one[:2], cost=one[2], quantity=one[3]) for line, one in enumerate(rows, start=2)]
)


@given(amounts)
def test_prorations_never_take_back_more_than_was_charged(rows):
    prorations = find_prorations(rows)
    kept = [one for one in rows if not one.is_negative or one.line in prorations]
    assert sum(one.cost for one in kept) >= 0
    assert sum(one.retail for one in kept) >= 0


@given(amounts)
def test_proration_is_negative_and_meets_a_charge(rows):
    prorations = find_prorations(rows)
    for one in (each for each in rows if each.line in prorations):
        assert one.is_negative
        assert any(other.overlaps(one) for other in rows if not other.is_negative)


@given(amounts)
def test_order_of_the_file_does_not_matter(rows):
    assert find_prorations(rows) == find_prorations(reversed(rows))


# --- Whose a row is -----------------------------------------------------------------------------------


def customers_of(world: World, number: str) -> list[str | None]:
    """Tenant ids of an invoice's rows."""
    return [charge.customer.external_id if charge.customer else None for charge in world.charges(number)]


def test_tenants_list_decides_without_case(world):
    world.prism.tenant("Adventure Works", subscription("ABC-1"))
    world.prism.tenant("Contoso")
    world.prism.invoice("101", row("abc-1", PrimaryDomainName="contoso.example"))

    world.sync()

    assert customers_of(world, "101") == ["tenant-adventure-works"]
    assert world.charges("101")[0].subscription_ref == "abc-1"


def test_subscription_that_no_tenant_lists_is_asked_for_once(world):
    world.prism.tenant("Adventure Works")
    world.prism.by_id["s9"] = subscription("s9", cycle="Annual") | {"TenantId": "TENANT-adventure-works"}
    world.prism.invoice("101", row("s9"), row("s9"))
    world.prism.invoice("102", row("s9"))

    world.sync()

    assert customers_of(world, "101") == ["tenant-adventure-works"] * 2
    assert world.charges("101")[0].motion == "seat_annual"
    assert world.prism.calls["/api/v2/microsoftcsp/subscriptions/s9"] == 1
    with partner_scope(world.partner.pk):
        assert Subscription.objects.get(external_id="s9").product_ref == "p1"


def test_copy_of_earlier_reads_serves_when_the_source_forgot(world):
    tenant = world.prism.tenant("Adventure Works", subscription("s1"))
    world.prism.invoice("101", row("s1"))
    world.sync()

    tenant["Subscriptions"] = []
    world.prism.invoice("102", row("s1", "2026-10"), month="2026-10")
    world.sync()

    assert customers_of(world, "102") == ["tenant-adventure-works"]


def test_subscription_that_moved_is_the_new_tenants_where_the_source_says_so(world):
    tenant = world.prism.tenant("Adventure Works", subscription("s1"))
    world.prism.tenant("Contoso")
    world.refresh()
    tenant["Subscriptions"] = []
    world.prism.by_id["s1"] = subscription("s1") | {"TenantId": "tenant-contoso"}
    world.prism.invoice("101", row("s1"))

    world.sync()

    assert customers_of(world, "101") == ["tenant-contoso"]


@pytest.mark.parametrize(
    "words", [{"PrimaryDomainName": "CONTOSO.example"}, {"CustomerName": "contoso "}], ids=["domain", "name"]
)
def test_words_of_the_row_tell_whose_it_is(world, words):
    world.prism.tenant("Adventure Works")
    world.prism.tenant("Contoso")
    world.prism.invoice("101", row("s9", **words))

    world.sync()

    assert customers_of(world, "101") == ["tenant-contoso"]
    assert world.charges("101")[0].subscription.external_id == "s9"


def test_name_of_two_tenants_tells_nothing(world):
    for number in (1, 2):
        world.prism.tenant("Contoso", TenantId=f"t{number}", TenantDomain=f"contoso{number}.example")
    world.prism.invoice("101", row("s9", CustomerName="Contoso"))

    world.sync()

    assert customers_of(world, "101") == [None]
    assert (world.charges("101")[0].kind, world.charges("101")[0].problem) == ("unknown", NO_CUSTOMER)


def test_trouble_with_one_question_leaves_the_row_to_its_words(world):
    world.prism.tenant("Contoso")
    world.prism.refused["/api/v2/microsoftcsp/subscriptions/s9"] = 500
    world.prism.invoice("101", row("s9", PrimaryDomainName="contoso.example"))

    world.sync()

    assert customers_of(world, "101") == ["tenant-contoso"]


def test_questions_by_id_are_limited(world):
    world.prism.tenant("Contoso")
    for number in ("101", "102"):
        world.prism.invoice(number, *(row(f"s{number}-{n}") for n in range(MOST_LOOK_UPS - 10)))

    world.sync()

    asked = [path for path in world.prism.calls if "/microsoftcsp/subscriptions/" in path]
    assert len(asked) == MOST_LOOK_UPS


def test_row_without_subscription_is_kept_as_unknown(world):
    world.prism.tenant("Contoso")
    world.prism.invoice("101", row("", CustomerName="Contoso"))

    world.sync()

    (charge,) = world.charges("101")
    assert (charge.kind, charge.problem, charge.customer.name) == ("unknown", NO_SUBSCRIPTION, "Contoso")


def test_unknown_rows_are_classified_once_their_customer_is_known(world):
    world.prism.tenant("Contoso")
    rows = row("s1", quantity=2), row("s1", quantity=-1, days=(15, 30), ratio="0.5"), row("")
    world.prism.invoice("101", *rows)
    world.sync()
    assert world.kinds("101") == ["unknown"] * 3

    world.prism.tenant("Adventure Works", subscription("s1"))
    report = world.sync()

    assert report.reclassified == 2
    assert world.kinds("101") == ["recurring", "proration", "unknown"]
    assert world.charges("101")[0].product.name == "Sample Suite"
    assert reclassify_unknown(world.partner.pk, world.program.pk) == 0


# --- Which product ------------------------------------------------------------------------------------


def refresh_prices(world: World) -> None:
    """Read the price list."""
    with world.prism.answering():
        refresh_price_list(world.partner.pk, world.program.source_id, world.prism.client(), dt.date(2026, 10, 1))


def test_product_is_found_by_the_subscriptions_product_id(world):
    world.prism.product("P1", ProductName="Right")
    world.prism.product("p2", ProductName="Wrong")
    world.prism.tenant("Contoso", subscription("s1", "p1"))
    world.prism.invoice("101", row("s1", name="As the invoice writes it"))
    refresh_prices(world)

    world.sync()

    assert world.charges("101")[0].product.name == "Right"


def test_twins_are_told_apart_by_billing_cycle(world):
    world.prism.product("p1", ProductName="By month", ProductFrequencies=["1 Month"])
    world.prism.product("p1", ProductName="By year", ProductFrequencies=["1 Year"])
    world.prism.tenant("Contoso", subscription("s1"), subscription("s2", cycle="Annual"))
    world.prism.invoice("101", row("s1"), row("s2"))
    refresh_prices(world)

    world.sync()

    assert [charge.product.name for charge in world.charges("101")] == ["By month", "By year"]


def test_several_products_are_an_error_that_names_them_until_the_list_is_clear(world):
    for name in ("Suite A", "Suite B"):
        world.prism.product("p1", ProductName=name, ProductSku=name, ProductFrequencies=[])
    world.prism.tenant("Contoso", subscription("s1"))
    world.prism.invoice("101", row("s1"))
    refresh_prices(world)
    world.sync()
    (charge,) = world.charges("101")
    assert (charge.product, charge.kind) == (None, "recurring")
    assert charge.problem == (
        "Could not find source product or multiple matches: “Suite A” (suite a|1|), “Suite B” (suite b|1|)"
    )

    del world.prism.products[0]
    refresh_prices(world)
    world.sync()

    assert (world.charges("101")[0].product.name, world.charges("101")[0].problem) == ("Suite B", "")


def test_product_that_no_list_has_is_made_from_the_invoice(world):
    world.prism.product("p1")
    world.prism.tenant("Contoso", subscription("s1", "legacy"), subscription("s2", "legacy", cycle="Annual"))
    world.prism.invoice("101", row("s1", name="Legacy Suite", quantity=3), row("s2", name="Legacy Suite"), row("s1"))
    refresh_prices(world)

    world.sync()

    first, second, third = world.charges("101")
    assert (first.product.key, first.product.name) == ("legacy||monthly", "Legacy Suite")
    assert (first.product.unit_cost, first.product.unit_retail) == (8, 10)
    assert not first.product.in_price_list
    assert second.product.key == "legacy||annual"
    assert third.product == first.product


def test_without_any_price_list_invoices_are_imported_all_the_same(world):
    world.prism.tenant("Contoso", subscription("s1"))
    world.prism.invoice("101", row("s1"))

    world.sync()

    with partner_scope(world.partner.pk):
        assert Charge.objects.get().product == Product.objects.get()
        assert Customer.objects.count() == 1
