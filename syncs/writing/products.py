"""A write of a product, as the protocol carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.utils import timezone

from connectors.errors import ConnectorError, RecordMissing, WriteFate
from connectors.records import NewProduct, ProductRecord, id_order
from connectors.registry import Target
from core.scope import partner_scope
from money.enums import Action
from products.models import ProductLink, TargetProduct
from syncs.enums import ChangeState, Manner
from syncs.models import Change
from syncs.writing.freshness import overtaken
from syncs.writing.protocol import Found, Outcome, conclude, fail, send, settle


class Writer(Protocol):
    """Who writes: the partner, the connection of the target, and its client."""

    @property
    def partner_id(self) -> int: ...

    @property
    def target_id(self) -> int: ...

    @property
    def target(self) -> Target: ...


def write_product(work: Writer, change: Change) -> Outcome:
    """Read the product afresh, so that nothing of the user's is lost; then claim the change and send it.

    Nothing is read between the claim and the write: the settle time counts from the claim.
    """
    current = None
    if change.action != Action.CREATE_PRODUCT:
        assert change.target_product_id is not None
        try:
            current = work.target.get_product(change.target_product_id)
        except RecordMissing as missing:
            return _create_instead(ProductWrite(work, change), missing)
    return send(ProductWrite(work, change, current))


@dataclass(frozen=True, slots=True)
class ProductWrite:
    """One product to create, or to give other prices. ``current`` is as it was read just before, None to create it."""

    work: Writer
    change: Change
    current: ProductRecord | None = None

    @property
    def partner_id(self) -> int:
        """Whose it is."""
        return self.work.partner_id

    def prepare(self) -> Mapping[str, Any] | None:
        """Nothing goes with the claim; a change that was overtaken is dropped."""
        reason = overtaken(self.change, self.work.target_id)
        if not reason:
            return {}
        Change.objects.filter(pk=self.change.pk, state=ChangeState.PLANNED).update(
            state=ChangeState.DROPPED, error=reason
        )
        return None

    def call(self) -> ProductRecord:
        """The product as the target has it now."""
        after = self.change.after or {}
        cost, retail = Decimal(after["cost"]), Decimal(after["retail"])
        if self.current is None:
            return self.work.target.create_product(
                NewProduct(
                    name=after["name"],
                    description=after["description"],
                    code=self.change.product_key,
                    cost=cost,
                    retail=retail,
                    taxable=after["taxable"],
                )
            )
        if (self.current.cost, self.current.retail) == (cost, retail):
            return self.current
        return self.work.target.update_prices(self.current, cost=cost, retail=retail)

    def record(self, returned: ProductRecord) -> Outcome:
        """Our link to the product, our copy of it, and the state of the change."""
        change, target_id = self.change, self.work.target_id
        assert change.product_id is not None
        number = returned.product_id
        ProductLink.objects.filter(target=target_id, external_id=number).exclude(product=change.product_id).delete()
        adopted = change.manner == Manner.ADOPTS
        link = ProductLink(product_id=change.product_id, target_id=target_id, external_id=number, adopted=adopted)
        ProductLink.objects.bulk_create(
            [link],
            update_conflicts=True,
            unique_fields=["partner", "product", "target"],
            update_fields=["external_id", "adopted"],
        )
        values = _copy_of(returned)
        TargetProduct.objects.bulk_create(
            [TargetProduct(target_id=target_id, external_id=number, **values)],
            update_conflicts=True,
            unique_fields=["partner", "target", "external_id"],
            update_fields=list(values),
        )
        conclude(change, ChangeState.DONE, target_product_id=number)
        return Outcome.DONE

    def refused(self, error: ConnectorError) -> Outcome:
        """One that was deleted meanwhile is created."""
        if error.fate is WriteFate.GONE and self.current is not None:
            return _create_instead(self, error)
        return fail(self, str(error), error.detail)

    def give_up(self, reason: str) -> None:
        """No money hangs on a product alone."""


def _create_instead(write: ProductWrite, missing: ConnectorError) -> Outcome:
    """Deleted between plan and write: an equivalent one is created, unless the target has one of this key after all."""
    change, work = write.change, write.work
    if work.target.find_products_by_code(change.product_key):
        return fail(write, str(missing), missing.detail)
    with partner_scope(work.partner_id):
        copies = TargetProduct.objects.filter(target=work.target_id, external_id=change.target_product_id or "")
        copies.update(gone=True)
        conclude(
            change,
            ChangeState.PLANNED,
            action=Action.CREATE_PRODUCT,
            reason="Deleted in the target: created again",
            target_product_id=None,
            manner="",  # what is made is not adopted
        )
    return Outcome.PLANNED_ANEW


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
    settle(ProductWrite(work, change), Found(found) if found is not None else None)


def _as_written(work: Writer, change: Change) -> ProductRecord | None:
    """The product that the lost call wrote, if it is there; the oldest of several."""
    assert change.after is not None
    if change.action == Action.CREATE_PRODUCT:
        found = work.target.find_products_by_code(change.product_key)
        return min(found, key=lambda product: id_order(product.product_id)) if found else None
    if change.target_product_id is None:
        return None
    try:
        product = work.target.get_product(change.target_product_id)
    except RecordMissing:
        return None
    prices = (Decimal(change.after["cost"]), Decimal(change.after["retail"]))
    return product if (product.cost, product.retail) == prices else None
