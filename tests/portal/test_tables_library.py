"""What lists take from django-tables2: cells are drawn in our own way, and must be those that it would draw."""

from __future__ import annotations

import re
from typing import Any

import django_tables2
import pytest
from django.utils.html import conditional_escape

from core.scope import partner_scope
from notifications.letters import Letter
from notifications.notices import add_notice
from tests import factories as make
from tests.portal.cast import Cast, Shop

LISTS = {
    "audit": "audit/",
    "billing": "programs/{program}/billing/?tab=all",
    "customer": "programs/{program}/customers/{customer}/",
    "e-mails": "messages/",
    "history": "programs/{program}/history/",
    "invoice": "programs/{program}/invoices/{invoice}/rows/",
    "invoices": "programs/{program}/invoices/",
    "notices": "notices/",
    "product": "programs/{program}/products/{product}/",
    "products": "programs/{program}/products/",
    "users": "users/",
}
_CELL = re.compile(r"<td [^>]*>(.*?)</td>", re.DOTALL)
_TOKEN = re.compile(r'(?<=csrfmiddlewaretoken" value=")\w+|(?<=drawn" value=")[^"]+')  # another one each time


def tables_of(cast: Cast, shop: Shop, name: str) -> list[Any]:
    """All tables of a page."""
    path = LISTS[name].format(
        program=shop.program.pk, customer=shop.customer.pk, invoice=shop.invoice.pk, product=shop.product.pk
    )
    context = cast.client("alice").get(f"/p/northwind/{path}").context
    return [context[key] for key in ("table", "changes", "invitations") if key in context]


@pytest.mark.parametrize("name", LISTS)
def test_cells_are_those_that_the_library_draws(cast: Cast, shop: Shop, settings: Any, name: str) -> None:
    settings.DEVELOPMENT = True  # the page of e-mails is there then alone
    with partner_scope(cast.northwind.pk):
        add_notice("sample", Letter("Sample", "Sample.", link="/"), cast.northwind)
        failed = {"action": "update_prices", "state": "failed", "error": "Sample error", "before": None}
        make.ChangeFactory(run=shop.run, product=shop.product, **failed)
        shop.run.finished_at = None
        shop.run.save()
    tables = tables_of(cast, shop, name)

    with partner_scope(cast.northwind.pk):
        for table in tables:
            ours = [_CELL.findall(_TOKEN.sub("", cells)) for cells in table.cells()]
            theirs = [
                [_TOKEN.sub("", conditional_escape(cell)) for _, cell in row.items()] for row in table.paginated_rows
            ]
            assert ours == theirs
        assert sum(len(table.page.object_list) for table in tables) > 0


def test_library_is_one_that_this_was_written_for() -> None:
    """``portal.kit`` uses parts of it whose documentation says that they may change.

    On another version look at: ``BoundColumn.render``, ``default``, ``attrs``, ``header`` and ``column.empty_values``
    and the parameters that a cell may ask for (``portal.kit.tables``); ``Accessor.bits`` and ``get_field``;
    ``BoundColumns.columns``; ``TableQuerysetData.order_by`` and how a table slices its data (``portal.kit.paging``).
    """
    assert django_tables2.__version__.startswith("3.0."), "See what this test says, then name the version here."
