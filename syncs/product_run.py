"""The steps of a product run: read, plan, apply, settle."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    RateLimited,
    RecordMissing,
    TransientError,
)
from connectors.records import NewProduct, TargetProduct
from core.scope import partner_scope
from customers.models import Mapping
from invoices.models import Charge, InvoiceState
from products.models import Product, ProductLink
from products.models import TargetProduct as TargetProductRow
from programs.models import ProductMode, Program
from syncs.applying import record_failure_of
from syncs.committing import commit_products
from syncs.findings import store_notes
from syncs.models import Action, Change, ChangeState, RunState
from syncs.planning.products import (
    ProductPlan,
    ProductRules,
    SourceItem,
    TargetItem,
    plan_products,
)
from syncs.product_links import overtaken
from syncs.resolving import MOST_ATTEMPTS, abandoned_changes, drop_unsent, lost_changes, settles_in
from syncs.slices import Slice
from syncs.source_reading import read_source
from syncs.target_reading import read_again, read_target_products


def read(work: Slice) -> RunState | float | None:
    """Price list and invoices from the source, products from the target.

    First what earlier runs sent and never heard of again is resolved, or it might be sent twice. A
    number is the seconds until that can be done; None asks for another slice.
    """
    wait = _resolve_abandoned(work)
    if wait > 0:
        return wait
    if read_again(work):  # a retry: what failed is read, and nothing else
        return RunState.PLANNING
    with work.run() as run:
        source_read = "source" in run.basis
    if not source_read:
        read_source(work)
    with work.run() as run:
        idle = _nothing_in_use(run.program)
    return RunState.PLANNING if idle or read_target_products(work) else None


def _resolve_abandoned(work: Slice) -> float:
    with work.run() as run:
        abandoned = [] if run.preview else abandoned_changes(run)
        wait = settles_in(abandoned)
    if wait > 0:
        return wait
    for change in abandoned:
        _resolve(work, change)
    with work.run():
        drop_unsent(abandoned)
    return 0.0


def plan(work: Slice) -> RunState:
    """Make the product plan."""
    with work.run() as run:
        if _nothing_in_use(run.program):
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


def _nothing_in_use(program: Program) -> bool:
    mapped = Mapping.objects.filter(program=program).exists()
    return program.product_mode == ProductMode.IN_USE and not mapped


def _load(program: Program) -> tuple[list[SourceItem], list[TargetItem], ProductRules]:
    links = dict(ProductLink.objects.filter(target=program.target_id).values_list("product_id", "external_id"))
    items = [
        _source_item(product, links.get(product.pk))
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
        for row in TargetProductRow.objects.filter(target=program.target_id).iterator(chunk_size=2000)
    ]
    return items, targets, _rules(program)


def _source_item(product: Product, linked_id: int | None) -> SourceItem:
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
        detached=product.detached,
        linked_id=linked_id,
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


# --- Apply ----------------------------------------------------------------------------------------


def apply(work: Slice) -> RunState | None:
    """Write products until the slice is over; None when there is more to do."""
    try:
        while not work.over:
            with partner_scope(work.partner_id):
                change = work.next_change()
            if change is None:
                return RunState.SETTLING
            _write(work, change)
            work.tell_progress()
        return None
    finally:
        work.tell_progress(last=True)


def _write(work: Slice, change: Change) -> None:
    """Read the product afresh, so that nothing of the user's is lost; then claim the change and send it.

    Nothing is read between the claim and the write: the settle time counts from the claim.
    """
    current = None
    if change.action != Action.CREATE_PRODUCT:
        assert change.target_product_id is not None
        try:
            current = work.target.get_product(change.target_product_id)
        except RecordMissing as missing:
            _create_instead(work, change, missing)
            return
    with partner_scope(work.partner_id):
        wanted = _claim(change, work.target_id)
    if wanted is not None:
        _send(work, change, wanted, current)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A product to write; prices in currency units, whole cents."""

    name: str
    description: str
    key: str
    cost: Decimal
    retail: Decimal
    taxable: bool


def _send(work: Slice, change: Change, wanted: _Wanted, current: TargetProduct | None) -> None:
    try:
        product = _call(work, wanted, current)
    except RecordMissing as missing:
        if current is None:
            _record_error(work.partner_id, change.pk, missing)
        else:
            _create_instead(work, change, missing)
    except ConnectorError as error:
        _record_error(work.partner_id, change.pk, error)
    else:
        # Lost in a crash, the change is still ``sending``, and is resolved by its key.
        with partner_scope(work.partner_id, flushed=False):
            _record_product(change, work.target_id, product)


def _claim(change: Change, target_id: int) -> _Wanted | None:
    """``planned`` -> ``sending``, to be committed before anything is sent. Inside the scope."""
    reason = overtaken(change, target_id)
    if reason:
        Change.objects.filter(pk=change.pk, state=ChangeState.PLANNED).update(state=ChangeState.DROPPED, error=reason)
        return None
    claimed = Change.objects.filter(pk=change.pk, state=ChangeState.PLANNED).update(
        state=ChangeState.SENDING, sent_at=timezone.now(), attempts=F("attempts") + 1
    )
    if not claimed:
        return None
    assert change.after is not None
    return _Wanted(
        name=change.after["name"],
        description=change.after["description"],
        key=change.product_key,
        cost=Decimal(change.after["cost"]),
        retail=Decimal(change.after["retail"]),
        taxable=change.after["taxable"],
    )


def _call(work: Slice, wanted: _Wanted, current: TargetProduct | None) -> TargetProduct:
    if current is None:
        return work.target.create_product(
            NewProduct(
                name=wanted.name,
                description=wanted.description,
                code=wanted.key,
                cost=wanted.cost,
                retail=wanted.retail,
                taxable=wanted.taxable,
            )
        )
    if (current.cost, current.retail) == (wanted.cost, wanted.retail):
        return current
    return work.target.update_prices(current, cost=wanted.cost, retail=wanted.retail)


def _create_instead(work: Slice, change: Change, missing: RecordMissing) -> None:
    """Deleted between plan and write: an equivalent one is created, unless the target has one of this key after all."""
    if work.target.find_products_by_code(change.product_key):
        record_failure_of(work.partner_id, change.pk, missing)
        return
    with partner_scope(work.partner_id):
        copies = TargetProductRow.objects.filter(target=work.target_id, external_id=change.target_product_id or 0)
        copies.update(gone=True)
        change.action, change.state = Action.CREATE_PRODUCT, ChangeState.PLANNED
        change.reason = "Deleted in the target: created again"
        change.target_product_id, change.hold = None, ""  # what is made is not adopted
        change.save(update_fields=["action", "state", "reason", "target_product_id", "hold"])


def _record_error(partner_id: int, change_id: int, error: ConnectorError) -> None:
    """Raises ``error`` where nothing was sent and the whole run must wait or stop."""
    if error.maybe_applied:
        with partner_scope(partner_id):
            Change.objects.filter(pk=change_id).update(
                state=ChangeState.UNKNOWN,
                sent_at=timezone.now(),  # the settle time begins when the answer was given up
                error=str(error),
                error_detail=error.detail,
            )
    elif isinstance(error, ConfigurationError | TransientError | RateLimited):
        with partner_scope(partner_id):
            Change.objects.filter(pk=change_id).update(state=ChangeState.PLANNED, attempts=F("attempts") - 1)
        raise error
    else:
        record_failure_of(partner_id, change_id, error)


def record_product(partner_id: int, change_id: int, product: TargetProduct) -> None:
    """Record a product as the target returned it, and link ours to it."""
    with partner_scope(partner_id):
        change = Change.objects.select_related("run__program").get(pk=change_id)
        _record_product(change, change.run.program.target_id, product)


def _record_product(change: Change, target_id: int, product: TargetProduct) -> None:
    assert change.product_id is not None
    number = product.product_id
    ProductLink.objects.filter(target=target_id, external_id=number).exclude(product=change.product_id).delete()
    adopted = change.hold == "adopts"
    link = ProductLink(product_id=change.product_id, target_id=target_id, external_id=number, adopted=adopted)
    ProductLink.objects.bulk_create(
        [link],
        update_conflicts=True,
        unique_fields=["partner", "product", "target"],
        update_fields=["external_id", "adopted"],
    )
    values = _copy_of(product)
    TargetProductRow.objects.bulk_create(
        [TargetProductRow(target_id=target_id, external_id=number, **values)],
        update_conflicts=True,
        unique_fields=["partner", "target", "external_id"],
        update_fields=list(values),
    )
    change.state, change.target_product_id, change.error = ChangeState.DONE, number, ""
    change.save(update_fields=["state", "target_product_id", "error"])


def _copy_of(product: TargetProduct) -> dict[str, object]:
    return {
        "name": product.name,
        "code": product.code,
        "cost": product.cost,
        "retail": product.retail,
        "taxable": product.taxable,
        "disabled": product.disabled,
        "gone": False,
        "read_at": timezone.now(),
    }


# --- Settle ---------------------------------------------------------------------------------------


def settle(work: Slice) -> RunState | float:
    """Resolve lost answers by the key in the product; a number is the seconds to wait first."""
    with work.run() as run:
        lost = lost_changes(run.pk)
        wait = settles_in(lost)
    if wait > 0:
        return wait
    for change in lost:
        _resolve(work, change)
    with work.run() as run:
        again = run.changes.filter(state=ChangeState.PLANNED).exists() and not run.cancel_requested
        return RunState.APPLYING if again else RunState.FINISHED


def _resolve(work: Slice, change: Change) -> None:
    found = _as_written(work, change)
    if found is not None:
        record_product(work.partner_id, change.pk, found)
        return
    with partner_scope(work.partner_id):
        tired = change.attempts >= MOST_ATTEMPTS
        Change.objects.filter(pk=change.pk).update(
            state=ChangeState.FAILED if tired else ChangeState.PLANNED,
            error=f"Sent {change.attempts} times without an answer." if tired else "",
        )


def _as_written(work: Slice, change: Change) -> TargetProduct | None:
    """The product that the lost call wrote, if it is there; the oldest of several."""
    assert change.after is not None
    if change.action == Action.CREATE_PRODUCT:
        found = work.target.find_products_by_code(change.product_key)
        return min(found, key=lambda product: product.product_id) if found else None
    if change.target_product_id is None:
        return None
    try:
        product = work.target.get_product(change.target_product_id)
    except RecordMissing:
        return None
    prices = (Decimal(change.after["cost"]), Decimal(change.after["retail"]))
    return product if (product.cost, product.retail) == prices else None
