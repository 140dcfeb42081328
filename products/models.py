"""Products of the source's price list, and what stands for them in the target."""

from __future__ import annotations

from django.db import models

from connections.models import Connection
from core.partner_models import PartnerForeignKey, PartnerModel
from products.keys import product_key


class Product(PartnerModel):
    """A sellable item of the source, known by its key: SKU + term + billing cycle, and the offer's id.

    Prices are per unit, in the currency of the source connection.
    """

    source = PartnerForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    product_id = models.CharField(max_length=100, blank=True)  # the source's own id
    sku = models.CharField(max_length=100)
    name = models.CharField(max_length=500)
    description = models.TextField(blank=True)
    term = models.CharField(max_length=60, blank=True)
    billing_cycle = models.CharField(max_length=120, blank=True)
    cadence = models.CharField(max_length=8, blank=True)  # connectors.records.Cadence
    unit_cost = models.DecimalField(max_digits=20, decimal_places=8)
    unit_retail = models.DecimalField(max_digits=20, decimal_places=8)
    in_price_list = models.BooleanField(default=True)
    ambiguous = models.BooleanField(default=False)  # the price list has this key more than once
    detached = models.BooleanField(default=False, db_default=False)  # a person keeps the product sync off it
    first_seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "source", "key"], name="one_product_per_key")]
        indexes = [models.Index(fields=["partner", "name"])]

    def __str__(self) -> str:
        return self.name

    @property
    def former_key(self) -> str:
        """The key without the offer's id, under which an older version may have made it in the target."""
        return product_key(self.sku, self.term, self.billing_cycle)


class TargetProduct(PartnerModel):
    """Local copy of a product in the target; prices in currency units."""

    target = PartnerForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=100)
    name = models.CharField(max_length=1000)
    code = models.CharField(max_length=300, blank=True)
    cost = models.DecimalField(max_digits=20, decimal_places=8)
    retail = models.DecimalField(max_digits=20, decimal_places=8)
    taxable = models.BooleanField(default=False)
    disabled = models.BooleanField(default=False)
    gone = models.BooleanField(default=False)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "target", "external_id"], name="one_copy_per_target_product")
        ]
        indexes = [models.Index(fields=["partner", "target", "code"])]

    def __str__(self) -> str:
        return self.name


class ProductLink(PartnerModel):
    """Which product of the target stands for one of ours."""

    product = PartnerForeignKey(Product, on_delete=models.CASCADE, related_name="links")
    target = PartnerForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=100)
    copy = models.ForeignObject(
        TargetProduct,
        on_delete=models.DO_NOTHING,
        from_fields=["partner", "target", "external_id"],
        to_fields=["partner", "target", "external_id"],
        related_name="+",
        null=True,
    )  # no column: how lists join the local copy, which may be missing
    adopted = models.BooleanField(default=False)  # the sync did not create it
    linked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "product", "target"], name="one_link_per_product"),
            models.UniqueConstraint(fields=["partner", "target", "external_id"], name="one_link_per_target_product"),
        ]

    def __str__(self) -> str:
        return f"{self.product} = {self.external_id}"
