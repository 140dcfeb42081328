"""Our Syncro answers against the examples of the official OpenAPI document.

The document's path comes from the environment variable SYNCRO_OPENAPI.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

pytestmark = pytest.mark.official_document("SYNCRO_OPENAPI")


@pytest.fixture
def document():
    path = os.environ.get("SYNCRO_OPENAPI", "")
    assert path, "set SYNCRO_OPENAPI to the official document, or deselect official_document"
    return json.loads(Path(path).read_text(encoding="utf-8"))


def example(document, path, method="get", status="200"):
    return document["paths"][path][method]["responses"][status]["content"]["application/json"]["example"]


MAY_BE_EMPTY = {"/products.products[].product_skus"}  # few products have any; one that has is read alone


def kind_of(value):
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float | Decimal):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def assert_alike(ours, theirs, where=""):
    """The same keys everywhere, and the same kinds where neither side is null."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        assert set(ours) == set(theirs), where
        for key, value in theirs.items():
            assert_alike(ours[key], value, f"{where}.{key}")
    elif isinstance(theirs, list) and isinstance(ours, list):
        assert_lists_alike(ours, theirs, where)
    elif ours is not None and theirs is not None:
        assert kind_of(ours) == kind_of(theirs), where


def assert_lists_alike(ours, theirs, where):
    """Each of ours is like the document's first, of which there is one to compare."""
    assert ours or not theirs or where in MAY_BE_EMPTY, f"nothing to compare: {where}"
    for item in ours if theirs else []:
        assert_alike(item, theirs[0], f"{where}[]")


def without(answer, *names):
    return {key: value for key, value in answer.items() if key not in names}


@pytest.mark.parametrize("path", ["/customers", "/invoices", "/products", "/schedules"])
def test_lists_have_the_shape_of_the_example(vendors, document, path):
    vendors.admin("POST", "/advance")

    ours = vendors.syncro("GET", path).json
    theirs = example(document, path)

    if "meta" not in theirs:
        ours = without(ours, "meta")
    for row in ours.get("schedules", []):
        row["lines"] = []
    assert_alike(ours, theirs, path)


def test_line_items_have_the_shape_of_the_example(vendors, document):
    vendors.admin("POST", "/ui", action="grant_permission", permission="Global Admin")
    vendors.admin("POST", "/advance")

    ours = vendors.syncro("GET", "/line_items").json

    # Generated lines carry their category beside what the example shows.
    ours["line_items"] = [without(line, "product_category") for line in ours["line_items"]]
    assert_alike(ours, example(document, "/line_items"))


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/me", "/me"),
        ("/settings", "/settings"),
        ("/settings/tabs", "/settings/tabs"),
        ("/customers/{id}", "/customers/106"),
        ("/products/{id}", "/products/307"),
        ("/products/categories", "/products/categories"),
    ],
)
def test_single_records_have_the_shape_of_the_example(vendors, document, path, ours):
    assert_alike(vendors.syncro("GET", ours).json, example(document, path), path)


def test_invoice_alone_has_the_keys_of_the_schema(vendors, document):
    vendors.admin("POST", "/generate", schedule_id=5001)
    invoice_id = vendors.syncro("GET", "/invoices").json["invoices"][0]["id"]

    ours = vendors.syncro("GET", f"/invoices/{invoice_id}").json

    schema = document["paths"]["/invoices/{id}"]["get"]["responses"]["200"]
    known = schema["content"]["application/json"]["schema"]["properties"]
    assert set(known) - set(ours) == set()
    assert set(ours) - set(known) <= {"customer_id"}


def test_writes_have_the_shape_of_the_example(vendors, document):
    product = vendors.syncro("POST", "/products", {"name": "Sample", "description": "Sample"})
    schedule = vendors.syncro(
        "POST",
        "/schedules",
        {"customer_id": 106, "name": "Sample", "frequency": "Monthly", "next_run": "2026-12-01"},
    )
    schedule_id = schedule.json["schedule"]["id"]
    added = vendors.syncro("POST", f"/schedules/{schedule_id}/add_line_item", vendors.a_line())
    line_id = added.json["schedule_line_item"]["id"]
    changed = vendors.syncro("PUT", f"/schedules/{schedule_id}/line_items/{line_id}", vendors.a_line())

    line_path = "/schedules/{id}/line_items/{schedule_line_item_id}"
    assert_alike(product.json, example(document, "/products", "post"))
    assert_alike(schedule.json, example(document, "/schedules", "post"))
    assert_alike(added.json, example(document, "/schedules/{id}/add_line_item", "post"))
    assert_alike(changed.json, example(document, line_path, "put"))


@pytest.mark.parametrize(
    ("method", "path", "documented"),
    [
        ("POST", "/products", "/products"),
        ("POST", "/schedules", "/schedules"),
        ("POST", "/schedules/5001/add_line_item", "/schedules/{id}/add_line_item"),
    ],
)
def test_refusals_have_the_shape_of_the_example(vendors, document, method, path, documented):
    ours = vendors.syncro(method, path, {"name": ""})

    theirs = example(document, documented, method.lower(), "422")
    assert ours.status == 422
    assert_alike(without(ours.json, "params"), without(theirs, "params"), path)
