"""Carry out product changes: one claim, one call, one record of what came back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.db.models import F
from django.utils import timezone

from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    RateLimited,
    RecordMissing,
    TransientError,
)
from connectors.records import NewProduct, ProductRecord
from connectors.registry import Target
from core.scope import partner_scope
from money.enums import Action
from products.models import ProductLink, TargetProduct
from syncs.enums import ChangeState
from syncs.models import Change
from syncs.writing.freshness import overtaken
from syncs.writing.lines import record_failure_of
from syncs.writing.resolving import MOST_ATTEMPTS


class Writer(Protocol):
    """Who writes: the partner, the connection of the target, and its client."""

    @property
    def partner_id(self) -> int: ...

    @property
    def target_id(self) -> int: ...

    @property
    def target(self) -> Target: ...


def write_product(work: Writer, change: Change) -> None:
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


def _send(work: Writer, change: Change, wanted: _Wanted, current: ProductRecord | None) -> None:
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


def _call(work: Writer, wanted: _Wanted, current: ProductRecord | None) -> ProductRecord:
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


def _create_instead(work: Writer, change: Change, missing: RecordMissing) -> None:
    """Deleted between plan and write: an equivalent one is created, unless the target has one of this key after all."""
    if work.target.find_products_by_code(change.product_key):
        record_failure_of(work.partner_id, change.pk, missing)
        return
    with partner_scope(work.partner_id):
        copies = TargetProduct.objects.filter(target=work.target_id, external_id=change.target_product_id or 0)
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


def record_product(partner_id: int, change_id: int, product: ProductRecord) -> None:
    """Record a product as the target returned it, and link ours to it."""
    with partner_scope(partner_id):
        change = Change.objects.select_related("run__program").get(pk=change_id)
        _record_product(change, change.run.program.target_id, product)


def _record_product(change: Change, target_id: int, product: ProductRecord) -> None:
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
    TargetProduct.objects.bulk_create(
        [TargetProduct(target_id=target_id, external_id=number, **values)],
        update_conflicts=True,
        unique_fields=["partner", "target", "external_id"],
        update_fields=list(values),
    )
    change.state, change.target_product_id, change.error = ChangeState.DONE, number, ""
    change.save(update_fields=["state", "target_product_id", "error"])


def _copy_of(product: ProductRecord) -> dict[str, object]:
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


def resolve_product(work: Writer, change: Change) -> None:
    """A change whose answer was lost: take over what the call wrote, else send it again or give up."""
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


def _as_written(work: Writer, change: Change) -> ProductRecord | None:
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
