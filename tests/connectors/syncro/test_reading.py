"""Reading from Syncro: pages in every form, three encodings of money, deleted and hidden records."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.errors import (
    ConfigurationError,
    PermissionMissing,
    RecordMissing,
    TransientError,
    UnexpectedAnswer,
)
from connectors.records import (
    CustomerRecord,
    InvoiceTemplate,
    ProductRecord,
    TargetInvoice,
    TargetInvoiceLine,
    TemplateLine,
)
from connectors.syncro.client import SyncroClient
from tests.connectors.syncro.conftest import (
    API,
    CREDENTIALS,
    NO_PERMISSION,
    TOKEN,
    invoice_json,
    line_json,
    product_json,
    schedule_json,
)


def listed(client: SyncroClient) -> list[ProductRecord]:
    """All products of the list."""
    return [product for page in client.product_pages() for product in page]


def asked(vendor) -> list[dict[str, list[str]]]:
    """The query of each call."""
    return [parse_qs(urlsplit(call.request.url).query) for call in vendor.calls]


def serve_pages(vendor, path, key, pages, *, meta=None):
    for rows in pages:
        body = {key: rows} | ({"meta": meta} if meta else {})
        vendor.get(f"{API}{path}", json=body)


def test_token_goes_in_the_header_and_never_in_the_address(vendor, syncro):
    serve_pages(vendor, "/products", "products", [[]])
    listed(syncro)

    request = vendor.calls[0].request
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Accept"] == "application/json"
    assert TOKEN not in request.url


def test_pages_with_meta_end_at_the_last_one(vendor, syncro):
    pages = [[product_json(n) for n in range(1, 21)], [product_json(n) for n in range(21, 41)], [product_json(41)]]
    serve_pages(vendor, "/products", "products", pages, meta={"total_pages": 3, "page": 1})

    assert [product.product_id for product in listed(syncro)] == [str(number) for number in range(1, 42)]
    assert [query["page"] for query in asked(vendor)] == [["1"], ["2"], ["3"]]
    assert all("per_page" not in query for query in asked(vendor))


def test_pages_without_meta_end_at_an_empty_one(vendor, syncro):
    serve_pages(vendor, "/products", "products", [[product_json(1)], [product_json(2)], []])
    assert [product.product_id for product in listed(syncro)] == ["1", "2"]


def test_pages_without_meta_end_when_the_same_page_comes_again(vendor, syncro):
    serve_pages(vendor, "/products", "products", [[product_json(1), product_json(2)]])

    assert [product.product_id for product in listed(syncro)] == ["1", "2"]
    assert len(vendor.calls) == 2


def test_rows_that_moved_between_pages_count_once(vendor, syncro):
    pages = [[product_json(1), product_json(2)], [product_json(2), product_json(3)]]
    serve_pages(vendor, "/products", "products", pages, meta={"total_pages": 2})
    assert [product.product_id for product in listed(syncro)] == ["1", "2", "3"]


def test_reading_goes_on_where_it_broke_off(vendor, syncro):
    pages = [[product_json(2), product_json(3)], [product_json(4)]]
    serve_pages(vendor, "/products", "products", pages, meta={"total_pages": 3})

    rest = [[product.product_id for product in page] for page in syncro.product_pages(first=2, seen=["1", "2"])]

    assert rest == [["3"], ["4"]]
    assert [query["page"] for query in asked(vendor)] == [["2"], ["3"]]


def test_page_emptied_by_hidden_rows_does_not_end_a_list_with_meta(vendor, syncro):
    pages = [[product_json(1)], [], [product_json(3)]]
    serve_pages(vendor, "/products", "products", pages, meta={"total_pages": "3"})
    assert [product.product_id for product in listed(syncro)] == ["1", "3"]


def test_empty_account_has_no_pages(vendor, syncro):
    serve_pages(vendor, "/schedules", "schedules", [[]], meta={"total_pages": 0})
    assert syncro.list_templates() == []
    assert len(vendor.calls) == 1


@pytest.mark.parametrize("body", [{"items": []}, [], {"products": None}, {"products": [{"name": "no id"}]}, 5])
def test_list_of_another_form_is_unexpected_and_never_empty(vendor, syncro, body):
    vendor.get(f"{API}/products", json=body)
    with pytest.raises(UnexpectedAnswer):
        listed(syncro)


def test_product_prices_are_dollars(vendor, syncro):
    row = product_json(5, price_cost="8.70", price_retail=22, upc_code="key-1", description=" kept \n as is ")
    vendor.get(f"{API}/products/5", json={"product": row})

    assert syncro.get_product("5") == ProductRecord(
        product_id="5",
        name="Product 5",
        description=" kept \n as is ",
        code="key-1",
        cost=Decimal("8.70"),
        retail=Decimal(22),
        taxable=True,
        disabled=False,
        maintain_stock=False,
        serialized=False,
    )


@pytest.mark.parametrize(
    "answer", [{"status": 404}, {"status": 404, "body": "<html>"}, {"body": "null"}, {"json": {"product": None}}]
)
def test_deleted_product_is_missing(vendor, syncro, answer):
    vendor.get(f"{API}/products/5", **answer)
    with pytest.raises(RecordMissing):
        syncro.get_product("5")


def test_customers_include_disabled_ones_and_show_a_name(vendor, syncro):
    rows = [
        {
            "id": 1,
            "fullname": "Sample Person",
            "business_name": None,
            "business_then_name": "Sample Person",
            "email": "person@fabrikam.example",
            "phone": None,
            "mobile": "123",
            "address": "1 Road",
            "address_2": None,
            "city": "Oslo",
            "zip": "0150",
            "disabled": True,
            "online_profile_url": "https://x.example/?portal_key=secret",
        },
        {"id": 2},
    ]
    serve_pages(vendor, "/customers", "customers", [rows], meta={"total_pages": 1})

    assert syncro.list_customers() == [
        CustomerRecord("1", "Sample Person", "person@fabrikam.example", "123", "1 Road, Oslo, 0150", disabled=True),
        CustomerRecord("2", "Customer 2"),
    ]
    assert asked(vendor)[0]["include_disabled"] == ["true"]


def test_template_lines_are_cents_and_quantities_text(vendor, syncro):
    line = line_json(501, quantity="9.99", cost_cents="870", one_time_charge=True, recurring_type_id=3)
    vendor.get(f"{API}/schedules/201", json={"schedule": schedule_json(201, line, product_id=None)})

    assert syncro.get_template("201") == InvoiceTemplate(
        template_id="201",
        customer_id="7",
        name="Microsoft 365",
        frequency="Monthly",
        next_run=dt.date(2026, 12, 1),
        paused=False,
        lines=(
            TemplateLine(
                line_id="501",
                template_id="201",
                product_id="301",
                name="Silver plan",
                description="Text",
                quantity=Decimal("9.99"),
                retail_cents=2000,
                cost_cents=870,
                taxable=False,
                one_time=True,
                position=2,
                counted_by_target=True,
            ),
        ),
    )


@pytest.mark.parametrize("written", ["2026-12-01", "2026-12-01T00:00:00.000Z", "2026-12-01T23:00:00.000-08:00"])
def test_next_run_is_the_day_as_written(vendor, syncro, written):
    vendor.get(f"{API}/schedules/201", json={"schedule": schedule_json(next_run=written)})
    assert syncro.get_template("201").next_run == dt.date(2026, 12, 1)


@pytest.mark.parametrize("change", [{"retail_cents": 10.5}, {"quantity": "many"}, {"id": None}])
def test_line_that_cannot_be_read_is_unexpected(vendor, syncro, change):
    vendor.get(f"{API}/schedules/201", json={"schedule": schedule_json(201, line_json(501, **change))})
    with pytest.raises(UnexpectedAnswer):
        syncro.get_template("201")


def test_template_without_its_lines_is_not_taken_for_an_empty_one(vendor, syncro):
    vendor.get(f"{API}/schedules/201", json={"schedule": schedule_json(lines=None)})
    with pytest.raises(UnexpectedAnswer):
        syncro.get_template("201")


def test_list_without_lines_reads_each_template(vendor, syncro):
    serve_pages(vendor, "/schedules", "schedules", [[schedule_json(lines=None)]], meta={"total_pages": 1})
    vendor.get(f"{API}/schedules/201", json={"schedule": schedule_json(201, line_json(501))})

    (template,) = syncro.list_templates()

    assert [line.line_id for line in template.lines] == ["501"]


def test_products_are_asked_in_batches_of_fifty(vendor, syncro):
    wanted = [str(number) for number in range(1, 61)]
    serve_pages(vendor, "/products", "products", [[product_json(n) for n in range(1, 26)]])
    serve_pages(vendor, "/products", "products", [[product_json(n) for n in range(26, 51)]])
    serve_pages(vendor, "/products", "products", [[product_json(n) for n in range(51, 61)]])

    found = syncro.get_products(wanted)

    assert [product.product_id for product in found] == wanted
    assert [len(query["id[]"]) for query in asked(vendor)] == [50, 50, 10]
    assert [query["page"] for query in asked(vendor)] == [["1"], ["2"], ["1"]]


def test_product_hidden_in_the_list_is_asked_by_id_before_it_counts_as_missing(vendor, syncro):
    serve_pages(vendor, "/products", "products", [[product_json(3)], []])
    vendor.get(f"{API}/products/1", json={"product": product_json(1, disabled=True)})
    vendor.get(f"{API}/products/2", status=404)

    found = syncro.get_products(["1", "2", "3"])

    assert [(product.product_id, product.disabled) for product in found] == [("1", True), ("3", False)]


def test_filter_that_is_not_heeded_is_noticed_at_once(vendor, syncro):
    serve_pages(vendor, "/products", "products", [[product_json(n) for n in range(90, 115)]])
    vendor.get(f"{API}/products/1", json={"product": product_json(1)})

    assert [product.product_id for product in syncro.get_products(["1"])] == ["1"]
    assert syncro.calls == {"GET": 2}


def test_no_products_asked_costs_no_call(syncro):
    assert syncro.get_products([]) == []
    assert syncro.calls == {}


def test_products_found_by_code_are_compared_again(vendor, syncro):
    rows = [product_json(1, upc_code="key"), product_json(2, upc_code="key-longer"), product_json(3, upc_code="key")]
    serve_pages(vendor, "/products", "products", [rows, []])

    assert [product.product_id for product in syncro.find_products_by_code("key")] == ["1", "3"]
    assert asked(vendor)[0]["upc_code"] == ["key"]


def test_invoices_are_asked_since_a_full_timestamp(vendor, syncro):
    serve_pages(vendor, "/invoices", "invoices", [[invoice_json(6)]], meta={"total_pages": 1})
    since = dt.datetime(2026, 11, 1, 6, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))

    assert syncro.list_invoices_since(since) == [TargetInvoice("6", "7", "4444", dt.date(2026, 11, 1), None)]
    assert asked(vendor)[0]["since_updated_at"] == ["2026-11-01T05:30:00Z"]


INVOICE_LINE = {
    "id": 1,
    "item": "PC_SKU",
    "name": "Some text [mark]",
    "cost": "10.0",
    "price": "64.99",
    "quantity": "1.0",
    "product_id": None,
}
READ_LINE = TargetInvoiceLine(None, ("PC_SKU", "Some text [mark]"), Decimal("1.0"), Decimal("64.99"), Decimal("10.0"))


@pytest.mark.parametrize("wrapped", [True, False])
def test_invoice_may_be_flat_or_wrapped_and_its_money_is_text(vendor, syncro, wrapped):
    flat = invoice_json(6, line_items=[INVOICE_LINE])
    vendor.get(f"{API}/invoices/6", json={"invoice": flat} if wrapped else flat)
    assert syncro.get_invoice("6").lines == (READ_LINE,)


def test_lines_absent_from_an_invoice_come_from_their_own_list(vendor, syncro):
    vendor.get(f"{API}/invoices/6", json=invoice_json(6))
    serve_pages(vendor, "/line_items", "line_items", [[INVOICE_LINE]], meta={"total_pages": 1})

    assert syncro.get_invoice("6").lines == (READ_LINE,)
    assert asked(vendor)[1]["invoice_id"] == ["6"]


def test_lines_the_token_may_not_see_are_none_and_asked_once(vendor, syncro):
    vendor.get(f"{API}/invoices/6", json=invoice_json(6))
    vendor.get(f"{API}/line_items", status=401, json=NO_PERMISSION)

    assert syncro.get_invoice("6").lines is None
    assert syncro.get_invoice("6").lines is None
    assert syncro.calls == {"GET": 3}


@pytest.mark.parametrize(
    ("read", "path", "permission"),
    [
        (lambda c: c.list_customers(), "/customers", "Customers - List/Search"),
        (listed, "/products", "Products - List/Search"),
        (lambda c: c.get_product("5"), "/products/5", "Products - List/Search"),
        (lambda c: c.list_templates(), "/schedules", "Recurring Invoices - List"),
        (lambda c: c.get_template("5"), "/schedules/5", "Recurring Invoices - List"),
        (lambda c: c.get_invoice("5"), "/invoices/5", "Invoices - View Details"),
        (
            lambda c: c.list_invoices_since(dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
            "/invoices",
            "Invoices - List/Search",
        ),
    ],
)
def test_missing_permission_is_named_in_syncros_words(vendor, syncro, read, path, permission):
    vendor.get(f"{API}{path}", status=401, json=NO_PERMISSION)

    with pytest.raises(PermissionMissing) as caught:
        read(syncro)

    assert caught.value.permission == permission
    assert permission in str(caught.value)
    assert syncro.calls == {"GET": 1}


def test_bare_401_with_a_good_token_is_a_missing_permission(vendor, syncro):
    vendor.get(f"{API}/products", status=401)
    vendor.get(f"{API}/me", json={"user_token": "secret", "subdomain": "acme"})
    with pytest.raises(PermissionMissing):
        listed(syncro)


def test_bare_401_with_a_bad_token_is_for_the_partner_to_solve(vendor, syncro):
    vendor.get(f"{API}/products", status=401, json={"error": f"bad {TOKEN}"})
    vendor.get(f"{API}/me", status=401)

    with pytest.raises(ConfigurationError) as caught:
        listed(syncro)

    assert not isinstance(caught.value, PermissionMissing)
    assert "API Tokens" in str(caught.value)
    assert TOKEN not in caught.value.detail


def test_gateway_page_is_transient(vendor, syncro):
    vendor.get(f"{API}/schedules", status=504, body="<html>gateway time-out</html>")
    with pytest.raises(TransientError):
        syncro.list_templates()


@pytest.mark.parametrize(
    ("subdomain", "base", "url"),
    [
        ("https://Acme.syncromsp.com/", "https://{subdomain}.syncromsp.com/api/v1", f"{API}/products"),
        ("acme", "https://sandbox.vendor.example/api/v1/", "https://sandbox.vendor.example/api/v1/products"),
        (
            "acme.shield",
            "https://{subdomain}.syncromsp.com/api/v1",
            "https://acme.shield.syncromsp.com/api/v1/products",
        ),
    ],
)
def test_address_comes_from_the_template_and_the_subdomain(vendor, make_edge, subdomain, base, url):
    vendor.get(url, json={"products": []})
    edge = make_edge(system="syncro", urls={"syncro": base})

    listed(SyncroClient(CREDENTIALS | {"subdomain": subdomain}, edge))

    assert vendor.calls[0].request.url.startswith(url)


def test_client_shows_no_secret(syncro):
    assert TOKEN not in repr(syncro)
    assert TOKEN not in repr(syncro._transport)
