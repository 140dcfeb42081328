"""The state *planning* of a product run."""

from __future__ import annotations

from customers.models import Mapping
from invoices.models import Charge, InvoiceState
from money.products import ProductPlan, ProductRules, SourceItem, TargetItem, plan_products
from products.models import Product, ProductLink, TargetProduct
from programs.models import ProductMode, Program
from syncs.deciding.findings import store_notes
from syncs.enums import RunState
from syncs.facts.products import made_for_other_sources
from syncs.running.slices import Slice
from syncs.writing.committing import commit_products


def plan_product_run(work: Slice) -> RunState:
    """Make the product plan."""
    with work.run() as run:
        if nothing_in_use(run.program):
            run.messages.append(
                "In-Use Only: no customer is mapped yet, so there is no product to sync. Map customers under Billing."
            )
            made = ProductPlan()
        else:
            made = plan_products(*_load(run.program))
        commit_products(run, made)
        store_notes(run, made.notes)
        run.counts = {
            "plan_unchanged": made.unchanged,
            "plan_skipped": made.skipped,
            "plan_failed": made.failed,
        }
        run.total = len(made.changes)
        run.save(update_fields=["messages", "counts", "total"])
        return RunState.FINISHED if run.preview or not run.total else RunState.APPLYING


def products_to_be_made(program: Program) -> set[int]:
    """Products that a product sync would make, find or give other prices now. Inside the scope."""
    if not program.products_enabled or nothing_in_use(program):
        return set()
    return {change.product_id for change in plan_products(*_load(program)).changes}


def nothing_in_use(program: Program) -> bool:
    """True when only products in use are synced and no mapped customer was invoiced for any."""
    mapped = Mapping.objects.filter(program=program).exists()
    return program.product_mode == ProductMode.IN_USE and not mapped


def _load(program: Program) -> tuple[list[SourceItem], list[TargetItem], ProductRules]:
    on_target = ProductLink.objects.filter(target=program.target_id)
    links = dict(on_target.filter(product__source=program.source_id).values_list("product_id", "external_id"))
    elsewhere = made_for_other_sources(program.source_id, program.target_id).values_list("external_id", "copy__code")
    others = dict(elsewhere)  # by the target's id, the key
    keys = set(others.values())
    items = [
        _source_item(product, links.get(product.pk), left_alone=product.key in keys)
        for product in Product.objects.filter(source=program.source_id).iterator(chunk_size=2000)
    ]
    targets = [
        TargetItem(
            target_id=row.external_id,
            name=row.name,
            code=row.code,
            cost=row.cost,
            retail=row.retail,
            disabled=row.disabled,
            gone=row.gone,
        )
        for row in TargetProduct.objects.filter(target=program.target_id).iterator(chunk_size=2000)
        if row.external_id not in others
    ]
    return items, targets, _rules(program)


def _source_item(product: Product, linked_id: str | None, *, left_alone: bool) -> SourceItem:
    """``left_alone``: the product of its key there was made for another source, whose prices it follows."""
    return SourceItem(
        product_id=product.pk,
        key=product.key,
        sku=product.sku,
        name=product.name,
        description=product.description,
        term=product.term,
        billing_cycle=product.billing_cycle,
        cadence=product.cadence,
        cost=product.unit_cost,
        retail=product.unit_retail,
        in_price_list=product.in_price_list,
        ambiguous=product.ambiguous,
        detached=product.detached or (left_alone and linked_id is None),
        linked_id=linked_id,
        former_key=product.former_key,
    )


def _rules(program: Program) -> ProductRules:
    mapped = Mapping.objects.filter(program=program).values("customer")
    in_use = (
        Charge.objects.filter(invoice__source=program.source_id, product__isnull=False, customer__in=mapped)
        .exclude(invoice__state=InvoiceState.REPLACED)
        .values_list("product_id", flat=True)
        .distinct()
    )
    return ProductRules(
        all_products=program.product_mode == ProductMode.ALL,
        in_use=frozenset(in_use),
        sync_azure=program.sync_azure,
        sync_annual=program.sync_annual,
        taxable=program.new_taxable,
    )
