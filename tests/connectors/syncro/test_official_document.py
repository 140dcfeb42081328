"""Everything we send must exist in Syncro's official API document, where its path is given.

``SYNCRO_OPENAPI`` names the file. The client is driven through all it can do, and what it sent is
looked up: path, method, query parameters and body fields.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.records import LineValues, NewProduct
from tests.connectors.syncro.conftest import API, invoice_json, line_json, product_json, schedule_json

# The array parameter is documented without the brackets that carry it on the wire.
_BRACKETS = re.compile(r"\[\]$")

# The document describes this body as a bare integer without a name; the keys are tried on purpose.
_UNNAMED_BODY = "/schedules/{id}/remove_line_item"


@pytest.fixture(scope="module")
def document():
    return json.loads(Path(os.environ["SYNCRO_OPENAPI"]).read_text(encoding="utf-8"))


@pytest.mark.official_document("SYNCRO_OPENAPI")
def test_every_call_and_field_is_in_the_official_document(vendor, syncro, document):
    _serve_everything(vendor)

    _do_everything(syncro)

    sent = {(call.request.method, urlsplit(call.request.url).path.removeprefix("/api/v1")) for call in vendor.calls}
    assert len(sent) == 15
    assert [problem for call in vendor.calls for problem in _problems(call.request, document)] == []


def _serve_everything(vendor):
    for key, rows in (("customers", []), ("products", [product_json(5)]), ("schedules", []), ("line_items", [])):
        vendor.get(f"{API}/{key}", json={key: rows, "meta": {"total_pages": 1}})
    vendor.get(f"{API}/invoices", json={"invoices": [invoice_json(6)], "meta": {"total_pages": 1}})
    vendor.get(f"{API}/invoices/6", json=invoice_json(6))
    vendor.get(f"{API}/me", json={"subdomain": "acme"})
    vendor.get(f"{API}/settings", json={"locale": {}})
    vendor.get(f"{API}/products/5", json={"product": product_json(5)})
    vendor.post(f"{API}/products", json={"product": product_json(5)})
    vendor.put(f"{API}/products/5", json={"product": product_json(5)})
    vendor.get(f"{API}/schedules/201", json={"schedule": schedule_json(201, line_json(501))})
    vendor.get(f"{API}/schedules/201", json={"schedule": schedule_json(201)})
    vendor.post(f"{API}/schedules/201/add_line_item", json={"schedule_line_item": line_json(501)})
    vendor.put(f"{API}/schedules/201/line_items/501", json={"schedule_line_item": line_json(501)})
    vendor.post(f"{API}/schedules/201/remove_line_item", json={})


def _do_everything(syncro):
    values = LineValues("301", "n", "d", Decimal(1), 1, 1, taxable=True, one_time=True, position=1)
    syncro.test_connection()
    syncro.list_customers()
    list(syncro.product_pages())
    syncro.get_products(["5"])
    syncro.find_products_by_code("key")
    product = syncro.get_product("5")
    syncro.create_product(NewProduct("n", "d", "k", Decimal(1), Decimal(2), taxable=True))
    syncro.update_prices(product, cost=Decimal(1), retail=Decimal(2))
    syncro.list_templates()
    syncro.remove_line("201", "501")
    syncro.get_template("201")
    syncro.add_line("201", values)
    syncro.change_line("201", "501", values)
    syncro.list_invoices_since(dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    syncro.get_invoice("6")


def _problems(request, document):
    url = urlsplit(request.url)
    path = re.sub(r"/line_items/\d+$", "/line_items/{schedule_line_item_id}", url.path.removeprefix("/api/v1"))
    path = re.sub(r"/\d+", "/{id}", path)
    operation = document["paths"].get(path, {}).get(request.method.lower())
    if operation is None:
        return [f"{request.method} {path} is not in the document"]
    known = {parameter["name"] for parameter in operation.get("parameters", [])}
    known |= {"page"} if path == "/line_items" else set()  # its answer shows meta.page
    unknown = [name for name in parse_qs(url.query) if _BRACKETS.sub("", name) not in known]
    if request.body and path != _UNNAMED_BODY:
        fields = _body_fields(operation["requestBody"], document)
        unknown += [name for name in json.loads(request.body) if name not in fields]
    return [f"{request.method} {path} does not know {name}" for name in unknown]


def _body_fields(body, document):
    if "$ref" in body:
        body = document["components"]["requestBodies"][body["$ref"].rpartition("/")[2]]
    return body["content"]["application/json"]["schema"]["properties"]
