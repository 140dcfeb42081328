"""A page asks the same number of questions for one row and for many, and shows them all."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.services import create_user, ensure_member
from core.audit import COMMAND, record
from core.enums import About
from core.scope import partner_scope
from customers.models import MappingBatch
from notifications.letters import Letter
from notifications.notices import add_notice
from syncs.proving.months import prove_months
from tests import factories as make
from tests.portal.cast import Cast, Shop

PAGES = {
    "dashboard": "/p/northwind/",
    "inbox": "/p/northwind/inbox/",
    "overview": "/p/northwind/programs/{program}/",
    "products": "/p/northwind/programs/{program}/products/",
    "billing": "/p/northwind/programs/{program}/billing/?tab=all",
    "billing, not mapped": "/p/northwind/programs/{program}/billing/?tab=not_mapped",
    "billing, searched and sorted": "/p/northwind/programs/{program}/billing/?tab=all&q=sample&sort=customer",
    "products, searched and sorted": "/p/northwind/programs/{program}/products/?q=sample&sort=-target_retail",
    "products that differ": "/p/northwind/programs/{program}/products/?state=differs",
    "invoice, searched and sorted": "/p/northwind/programs/{program}/invoices/{invoice}/?q=o&became=held&sort=-held",
    "rows of an invoice": "/p/northwind/programs/{program}/invoices/{invoice}/rows/",
    "rows, searched and sorted": "/p/northwind/programs/{program}/invoices/{invoice}/rows/?q=sample&sort=customer",
    "rows that became": "/p/northwind/programs/{program}/invoices/{invoice}/rows/?became=not_mapped",
    "run, searched": "/p/northwind/runs/{run}/?q=sample",
    "audit, searched": "/p/northwind/audit/?q=sample",
    "audit, filtered": "/p/northwind/audit/?person=Command+line&action=mapping&since=2026-01-01",
    "invoices, searched": "/p/northwind/programs/{program}/invoices/?q=1000&state=counted",
    "suggestions": "/p/northwind/programs/{program}/billing/suggestions/",
    "import": "/p/northwind/programs/{program}/billing/import/",
    "export": "/p/northwind/programs/{program}/billing/mappings.csv?tab=all",
    "batch of changes": "/p/northwind/programs/{program}/billing/batches/{batch}/",
    "dialog": "/p/northwind/programs/{program}/billing/{customer}/azure_plan/",
    "invoices": "/p/northwind/programs/{program}/invoices/",
    "invoice": "/p/northwind/programs/{program}/invoices/{invoice}/",
    "months": "/p/northwind/programs/{program}/months/",
    "month": "/p/northwind/programs/{program}/months/2026-09/",
    "customer": "/p/northwind/programs/{program}/customers/{customer}/",
    "product": "/p/northwind/programs/{program}/products/{product}/",
    "history": "/p/northwind/programs/{program}/history/",
    "run": "/p/northwind/runs/{run}/",
    "users": "/p/northwind/users/",
    "audit": "/p/northwind/audit/",
    "connections": "/p/northwind/connections/",
    "notices": "/p/northwind/notices/",
    "connection history": "/p/northwind/connections/syncro/history/",
    "search": "/p/northwind/search/?q=sample",
}


MORE = 10
OF_FIXED_LENGTH = {"connections", "months"}  # one card for each system, and one row for each month


def add_rows(cast: Cast, shop: Shop) -> None:
    """One more of everything that lists show."""
    program = shop.program
    customer = make.CustomerFactory(source=program.source)
    target_customer = make.TargetCustomerFactory(target=program.target)
    template = make.TemplateFactory(
        target=program.target, customer_external_id=shop.target_customer.external_id, name="Another"
    )
    mapping = make.MappingFactory(
        program=program,
        customer=customer,
        target_customer=target_customer,
        template=make.TemplateFactory(target=program.target, customer_external_id=target_customer.external_id),
    )
    batch = MappingBatch.objects.earliest("pk")
    batch.entries += make.MappingBatchFactory.switched_off(mapping).entries
    batch.save()
    invoice = make.SourceInvoiceFactory(source=program.source)
    make.ChargeFactory(invoice=invoice, customer=customer)
    make.ChargeFactory(invoice=shop.invoice, customer=make.CustomerFactory(source=program.source))
    make.ChargeFactory(invoice=shop.invoice, customer=shop.customer, kind="unknown")
    product = make.ProductFactory(source=program.source)
    copy = make.TargetProductFactory(target=program.target)
    make.ProductLinkFactory(product=product, target=program.target, external_id=copy.external_id)
    make.ChargeFactory(invoice=shop.invoice, customer=customer, product=shop.product)
    make.RunFactory(program=program)
    make.RunFactory(program=program, state="waiting", status="")
    make.ChangeFactory(run=shop.run, customer=customer, product=shop.product)
    make.ChangeFactory(run=shop.run, customer=make.CustomerFactory(source=program.source), product=shop.product)
    make.LineFactory(program=program, customer=shop.customer, subscription__customer=shop.customer, product=product)
    make.FindingFactory(last_run=shop.run, customer=customer)
    make.FindingFactory(last_run=shop.run, customer=shop.customer)
    make.FindingFactory(last_run=shop.run, subject="", code="paused", customer=customer)
    ensure_member(user=create_user(email=f"sample-{invoice.pk}@northwind.example"), role="viewer", actor=COMMAND)
    record(COMMAND, "sample", "Sample fact")
    record(COMMAND, "mapping.made", "Sample mapping", (About.CUSTOMER, shop.customer.pk))
    add_notice(f"sample:{invoice.pk}", Letter("Sample", "Sample.", link="/"), cast.northwind)
    record(COMMAND, "connection.tested", "Syncro tested: works", (About.CONNECTION, program.target_id))
    program.target.problem = f"Sample problem {invoice.pk}"
    program.target.save()
    assert template.pk
    prove_months(program, ())


def ask(cast: Cast, path: str) -> tuple[int, int]:
    """The queries of a page, and its length."""
    client = cast.client("alice")
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(queries), len(answer.content)


@pytest.mark.parametrize("name", PAGES)
def test_page_asks_no_more_for_more_rows(cast: Cast, shop: Shop, name: str) -> None:
    with partner_scope(cast.northwind.pk):
        batch = make.MappingBatchFactory.switched_off(shop.mapping)
        add_rows(cast, shop)  # so that every list has at least one
    path = PAGES[name].format(
        batch=batch.pk,
        program=shop.program.pk,
        customer=shop.customer.pk,
        invoice=shop.invoice.pk,
        product=shop.product.pk,
        run=shop.run.pk,
    )
    few, short = ask(cast, path)

    with partner_scope(cast.northwind.pk):
        for _ in range(MORE):
            add_rows(cast, shop)
    many, long = ask(cast, path)

    assert many == few < 45
    assert (long - short > MORE * 30) is (name not in OF_FIXED_LENGTH)
