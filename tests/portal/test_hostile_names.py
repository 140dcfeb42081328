"""Names that want to be markup, formulas or endless: pages, e-mails and files stay what they are."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.utils.html import escape

from core.bulk_saving import fit
from core.scope import partner_scope
from customers.models import Customer, TargetCustomer, Template
from portal.emails.messages import write_message
from portal.emails.rendering import render
from syncs.models import Finding
from tests import factories as make
from tests.portal.cast import Cast, Shop

MARKUP = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>{{ 7 }}"
NAMES = {
    "markup": MARKUP,
    "formula": "=HYPERLINK(\"https://example.com\",\"x\")",
    "right to left": "شركة المثال المحدودة",
    "long": "ab" * 5000,
    "turned around": "Contoso \N{RIGHT-TO-LEFT OVERRIDE}dtL\0",
}  # fmt: skip
PAGES = (
    "",
    "inbox/",
    "search/?q=contoso.ex",
    "programs/{program}/",
    "programs/{program}/products/",
    "programs/{program}/products/{product}/",
    "programs/{program}/billing/?tab=all",
    "programs/{program}/billing/{customer}/azure_plan/",
    "programs/{program}/billing/suggestions/",
    "programs/{program}/billing/batches/{batch}/",
    "programs/{program}/customers/{customer}/",
    "programs/{program}/invoices/{invoice}/",
    "programs/{program}/invoices/{invoice}/rows/",
    "runs/{run}/",
    "runs/{run}/changes/{change}/",
)


def call_everything(shop: Shop, name: str) -> None:
    """Give the name to whatever has one, as an import would store it."""
    name = fit(name, 500)
    for row in (shop.customer, shop.target_customer, shop.template, shop.product):
        type(row).objects.filter(pk=row.pk).update(name=name)
    type(shop.change).objects.filter(pk=shop.change.pk).update(what=name, after={"name": name, "quantity": "1"})
    Finding.objects.filter(pk=shop.credit.pk).update(text=f"{name}: Credit of -19.16")
    shop.invoice.charges.update(product_name=name)


@pytest.mark.parametrize("kind", NAMES)
def test_pages_show_any_name_as_text(cast: Cast, shop: Shop, kind: str) -> None:
    with partner_scope(cast.northwind.pk):
        call_everything(shop, NAMES[kind])
        batch = make.MappingBatchFactory.switched_off(shop.mapping, left_alone=[NAMES["markup"]])
    client = cast.client("bob")
    values = {
        "program": shop.program.pk, "product": shop.product.pk, "customer": shop.customer.pk, "batch": batch.pk,
        "invoice": shop.invoice.pk, "run": shop.run.pk, "change": shop.change.pk,
    }  # fmt: skip

    written = escape(fit(NAMES[kind], 500))
    shown = []
    for page in PAGES:
        response = client.get(f"/p/northwind/{page.format(**values)}")
        text = response.content.decode()
        shown += [page] * (written in text)
        assert response.status_code == 200, page
        assert "<img src=x" not in text, page
        assert "<script>alert" not in text, page
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text, page
    assert shown == list(PAGES)


def test_names_arrive_without_what_turns_writing_around() -> None:
    assert fit("Contoso \N{RIGHT-TO-LEFT OVERRIDE}dtL\0\N{FIRST STRONG ISOLATE}", 500) == "Contoso dtL"
    assert fit("شركة\N{RIGHT-TO-LEFT MARK} المثال", 500) == "شركة\N{RIGHT-TO-LEFT MARK} المثال"
    assert fit("ab" * 5000, 500) == "ab" * 250


@pytest.mark.parametrize("kind", NAMES)
def test_exported_name_is_never_a_formula(cast: Cast, shop: Shop, kind: str) -> None:
    with partner_scope(cast.northwind.pk):
        call_everything(shop, NAMES[kind])

    content = cast.client("vera").get(f"/p/northwind/programs/{shop.program.pk}/billing/mappings.csv?tab=all").content

    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    named = [row[column] for row in rows for column in ("customer", "target_customer", "template") if row[column]]
    assert len(named) == 4
    assert all(name.lstrip("'") in fit(NAMES[kind], 500) and not name.startswith("=") for name in named)


@pytest.mark.parametrize("kind", NAMES)
def test_emails_carry_any_name_as_text(cast: Cast, kind: str) -> None:
    name = fit(NAMES[kind], 500)
    facts: dict[str, Any] = {
        "program": name,
        "customers": [(name, "Azure Plan", Decimal("10.00"), "https://billing.example.com/y/")],
        "link": "https://billing.example.com/x/",
    }

    letter = render(write_message("unmapped_customers", facts, cast.northwind))

    assert "<img src=x" not in letter.html
    assert "<script>" not in letter.html
    assert name in letter.text
    assert len(letter.subject) <= 300
    assert "\n" not in letter.subject


@pytest.mark.parametrize(
    "query", ["\0ab", "²²", "%", "\\", "a" * 10_000, "'; DROP TABLE customers_customer; --", MARKUP]
)
def test_searches_take_anything(cast: Cast, shop: Shop, query: str) -> None:
    client = cast.client("bob")
    base = f"/p/northwind/programs/{shop.program.pk}"

    for path in (
        f"{base}/billing/",
        f"{base}/billing/mappings.csv",
        f"{base}/billing/{shop.customer.pk}/azure_plan/",
        f"{base}/products/",
        f"{base}/invoices/{shop.invoice.pk}/",
        f"{base}/invoices/{shop.invoice.pk}/rows/",
        f"/p/northwind/runs/{shop.run.pk}/",
        "/p/northwind/search/",
        "/p/northwind/audit/",
    ):
        response = client.get(path, {"q": query})
        assert response.status_code == 200, path
        assert b"<img src=x" not in response.content, path


def test_suggestions_of_nameless_customers_do_not_break(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Customer.objects.update(name="")
        TargetCustomer.objects.update(name="", email="")
        Template.objects.update(name="")

    page = cast.client("bob").get(f"/p/northwind/programs/{shop.program.pk}/billing/suggestions/")

    assert page.status_code == 200
