"""Pages of what syncs touch: an invoice and its account, a customer, a product."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from accounts.figures import write_price
from accounts.paging import RowPaginator
from accounts.permissions import PartnerRequest, partner_page
from accounts.tables import list_page
from connectors.registry import get_target
from core.money import round_to_cent
from customers.models import Customer
from customers.selectors import mappings_of
from invoices.models import InvoiceState, SourceInvoice
from invoices.selectors import overlap_facts
from products.filters import TYPES
from products.selectors import list_products
from products.tables import margin_html, price_there
from programs.models import Motion, Program
from programs.selectors import program_for, programs_for, source_currency
from syncs.filters import ChargeFilter
from syncs.inbox import decidable
from syncs.inbox_items import items_of
from syncs.mapping_history import mapping_history
from syncs.models import Action, Change, ChangeState, Line
from syncs.product_use import product_use
from syncs.reconciliation import reconcile_invoice
from syncs.spending import monthly_charges
from syncs.strips import draw_strip
from syncs.tables import ChargeTable, ItemTable, LineTable
from syncs.template_lines import foreign_lines, template_places


@require_safe
@partner_page()
def invoice(request: PartnerRequest, program_id: int, invoice_id: int) -> HttpResponse:
    """One source invoice: its account, and its rows as they were classified."""
    program = program_for(request, program_id)
    found = get_object_or_404(SourceInvoice, pk=invoice_id, source_id=program.source_id, program_slug=program.slug)
    rows = found.charges.select_related("customer").defer("raw")
    filters = ChargeFilter(request.GET, queryset=rows, invoice=found)
    table = ChargeTable(filters.qs, program=program, currency=found.currency, caption="Rows")
    return list_page(
        request,
        "syncs/invoice.html",
        table,
        filters=filters,
        total=found.row_count,
        program=program,
        invoice=found,
        overlaps=overlap_facts(found) if found.state == InvoiceState.HELD else [],
    )


@require_safe
@partner_page()
def strip(request: PartnerRequest, program_id: int, invoice_id: int) -> HttpResponse:
    """The account of an invoice, asked for by the pages that show it: summing it takes a moment."""
    program = program_for(request, program_id)
    found = get_object_or_404(SourceInvoice, pk=invoice_id, source_id=program.source_id, program_slug=program.slug)
    account = reconcile_invoice(found, program)
    context = {"program": program, "invoice": found, "account": account, "strip": draw_strip(account)}
    return TemplateResponse(request, "syncs/strip.html" if request.htmx else "syncs/strip_page.html", context)


@require_safe
@partner_page()
def customer(request: PartnerRequest, program_id: int, customer_id: int) -> HttpResponse:
    """One customer: mappings, charges by month, lines on the templates, what waits, what was done."""
    program = program_for(request, program_id)
    found = get_object_or_404(Customer, pk=customer_id, source_id=program.source_id)
    request.menu = reverse("billing", args=[request.partner.slug, program.pk])  # type: ignore[attr-defined]  # read by the menu
    mappings = {mapping.motion: mapping for mapping in mappings_of(program, [found.pk])}
    currency = source_currency(program)
    rows = Line.objects.filter(customer=found, target_id=program.target_id).select_related("product")
    lines = LineTable(rows.order_by("state", "-written_at", "pk"), currency=currency, caption="Lines")
    response = list_page(
        request,
        "syncs/customer.html",
        lines,
        program=program,
        customer=found,
        currency=currency,
        motions=[(motion, mappings.get(motion.value)) for motion in Motion],
        charges=monthly_charges(program, found, timezone.localdate()),
        items=items_of(list(decidable().filter(customer=found)[:20]), programs_for(request)),
        changes=_changes(request, program, Change.objects.filter(customer=found), prefix="c-"),
        history=mapping_history(found),
    )
    shown = {row.record.template_id for row in lines.paginated_rows}
    ids = {mapping.template.external_id for mapping in mappings.values()}
    places = template_places(program, shown | ids)
    lines.places = places
    response.context_data["places"] = places  # type: ignore[index]  # list_page fills it
    response.context_data["foreign"] = foreign_lines(program, [places[pk] for pk in places if pk in ids])  # type: ignore[index]  # as above
    return response


@require_safe
@partner_page()
def product(request: PartnerRequest, program_id: int, product_id: int) -> HttpResponse:
    """One product: prices here and there, who uses it, and what syncs did about it."""
    program = program_for(request, program_id)
    found = get_object_or_404(list_products(program), pk=product_id)
    linked = getattr(found, "target_id_linked", None)
    definition = get_target(program.target.system)
    currency = source_currency(program)
    changes = Change.objects.filter(product=found, customer=None)
    return list_page(
        request,
        "syncs/product.html",
        _changes(request, program, changes, caption="What product syncs did"),
        program=program,
        product=found,
        currency=currency,
        use=product_use(program, found),
        **_prices(found),
        target_label=definition.label,
        target_url=definition.product_url(program.target.credentials, linked) if linked else "",
    )


def _prices(product: Any) -> dict[str, Any]:
    """Prices and margins here and there; ``product`` is one of ``list_products``."""
    return {
        "type_words": dict(TYPES).get(product.cadence, "Of unknown type"),
        "prices": [
            ("Unit cost", write_price(product.unit_cost), price_there(product.target_cost, product.unit_cost)),
            ("Unit price", write_price(product.unit_retail), price_there(product.target_retail, product.unit_retail)),
        ],
        "differs": any(
            there is not None and there != round_to_cent(ours)
            for there, ours in ((product.target_cost, product.unit_cost), (product.target_retail, product.unit_retail))
        ),
        "margins": [
            margin_html(product.unit_cost, product.unit_retail),
            margin_html(product.target_cost, product.target_retail),
        ],
    }


def _changes(
    request: PartnerRequest, program: Program, changes: QuerySet[Change], *, prefix: str = "", caption: str = "Changes"
) -> ItemTable:
    """What syncs did, the newest first; what they left as it was is no news."""
    done = changes.filter(run__program=program).exclude(Q(action=Action.KEEP) & ~Q(state=ChangeState.HELD))
    rows = done.select_related("run").order_by("-run_id", "-pk")
    exclude = () if prefix else ("quantity",)  # a product's changes have none
    table = ItemTable(rows, currency=source_currency(program), prefix=prefix, caption=caption, exclude=exclude)
    if prefix:
        table.request = request
        RequestConfig(request, paginate={"per_page": 10, "paginator_class": RowPaginator, "silent": True}).configure(
            table
        )
    return table
