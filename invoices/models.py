"""The distributor's invoices and their rows: the billing truth."""

from __future__ import annotations

from django.db import models

from connections.models import Connection
from core.partner_models import PartnerForeignKey, PartnerModel
from customers.models import Customer, Mapping, Subscription
from money.days import Days
from money.enums import Kind, Motion, MotionCause
from products.models import Product


class InvoiceState(models.TextChoices):
    """Whether an invoice counts."""

    COUNTED = "counted", "Counted"
    HELD = "held", "Held: overlaps an imported invoice"
    REPLACED = "replaced", "Replaced by another invoice"
    REVERSED = "reversed", "Cancelled: an invoice and its exact reversal"


class SetAside(models.TextChoices):
    """Why a single row of an invoice that counts does not: kept and shown, and no part of any sum."""

    HELD = "held", "Charged twice?"
    EXCLUDED = "excluded", "Not counted"


class OverlapChoice(models.TextChoices):
    """What a person said of an invoice that overlaps imported ones."""

    REPLACES = "replaces", "Replaces them"
    ADDS = "adds", "Adds to them"


class SourceInvoice(PartnerModel):
    """One distributor invoice, imported whole. Amounts are in ``currency``.

    An invoice of the past that was never read has no ``content_hash`` and no charges.
    """

    source = PartnerForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    program_slug = models.SlugField()
    external_id = models.CharField(max_length=100)
    number = models.CharField(max_length=100)
    program_name = models.CharField(max_length=200)  # as the source writes it
    month = models.DateField()  # first day of the usage month
    currency = models.CharField(max_length=3)
    header_hash = models.CharField(max_length=64, blank=True)  # of the header as last listed
    content_hash = models.CharField(max_length=64)  # of header and rows, sha256
    state = models.CharField(max_length=8, choices=InvoiceState.choices, default=InvoiceState.COUNTED)
    past = models.BooleanField(default=False)  # before the start: shown, never planned
    reversal = models.BooleanField(default=False)  # mirrors the rows of the overlapped invoice
    overlap_choice = models.CharField(max_length=8, choices=OverlapChoice.choices, blank=True)
    overlap_decided_at = models.DateTimeField(null=True)  # when that was said
    changed_hash = models.CharField(max_length=64, blank=True)  # the source changed it afterwards
    header_cost_total = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    header_retail_total = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    row_count = models.PositiveIntegerField(default=0)
    repriced_rows = models.PositiveIntegerField(default=0, db_default=0)  # whose prices do not come to their amount
    charged_cost = models.DecimalField(max_digits=24, decimal_places=8, default=0)  # sum of its charges
    charged_retail = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    imported_at = models.DateTimeField(auto_now_add=True)
    compared_at = models.DateTimeField(null=True)  # when its rows were last read at the source

    class Meta:
        ordering = ["-month", "-imported_at"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "source", "external_id"], name="one_import_per_invoice")
        ]
        indexes = [models.Index(fields=["partner", "program_slug", "-month"])]

    def __str__(self) -> str:
        return self.number


class InvoiceOverlap(PartnerModel):
    """A held invoice and one that it overlaps, until a person says *replaces* or *adds*."""

    held = PartnerForeignKey(SourceInvoice, on_delete=models.CASCADE, related_name="overlaps")
    other = PartnerForeignKey(SourceInvoice, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.held_id} overlaps {self.other_id}"


class Charge(PartnerModel):
    """One row of a source invoice, as it came (``raw``) and as it was classified."""

    invoice = PartnerForeignKey(SourceInvoice, on_delete=models.CASCADE, related_name="charges", db_index=False)
    line = models.PositiveIntegerField()  # in the file, the header being line 1
    raw = models.JSONField()
    kind = models.CharField(max_length=9, choices=Kind.pairs())
    motion = models.CharField(max_length=12, choices=Motion.pairs(), blank=True)
    customer = PartnerForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="charges")
    subscription = PartnerForeignKey(Subscription, null=True, on_delete=models.PROTECT, related_name="charges")
    subscription_ref = models.CharField(max_length=100, blank=True)  # as written, lower case
    product = PartnerForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="charges")
    product_name = models.CharField(max_length=500, blank=True)  # as the row has it
    # "2026-09" for monthly and usage charges, "2026-09-05/2027-09-04" for annual ones
    period = models.CharField(max_length=30, blank=True)
    # Of every row of a change that gives money back: the credit it is part of. Its period is then the credit's.
    credit = models.CharField(max_length=130, blank=True, default="", db_default="")
    start = models.DateTimeField()
    end = models.DateTimeField()
    first_day = models.DateField()  # in the source's offset
    last_day = models.DateField()
    quantity = models.DecimalField(max_digits=24, decimal_places=8)
    unit_cost = models.DecimalField(max_digits=24, decimal_places=8)  # what a unit comes to, without its sign
    unit_retail = models.DecimalField(max_digits=24, decimal_places=8)
    ratio = models.DecimalField(max_digits=24, decimal_places=12)
    cost = models.DecimalField(max_digits=24, decimal_places=8)
    retail = models.DecimalField(max_digits=24, decimal_places=8)
    problem = models.TextField(blank=True)  # why it is unknown, or why its product is
    motion_by = models.CharField(max_length=8, choices=MotionCause.pairs(), blank=True, default="", db_default="")
    set_aside = models.CharField(max_length=8, choices=SetAside.choices, blank=True, default="", db_default="")

    class Meta:
        ordering = ["invoice_id", "line"]
        constraints = [models.UniqueConstraint(fields=["partner", "invoice", "line"], name="one_charge_per_row")]
        indexes = [
            models.Index(fields=["partner", "customer", "motion", "period"]),
            models.Index(fields=["partner", "subscription_ref", "period"]),
            models.Index(fields=["partner", "kind"]),
            models.Index(fields=["partner", "invoice", "line"], include=["id", "customer"], name="charges_in_order"),
            models.Index(
                fields=["partner", "invoice", "product"], include=["id", "subscription_ref"], name="charges_by_product"
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.line}: {self.product_name}"

    @property
    def days(self) -> Days:
        """The days that it charges, in the source's offset."""
        return Days(self.first_day, self.last_day)


class ToMappings(models.ForeignObject):  # type: ignore[type-arg]  # no generic at run time
    """A join without a column, to the mappings of an item; one where the program is named in the query."""

    requires_unique_target = False


class BillingItem(PartnerModel):
    """A customer x motion of a program's counted invoices, with what its newest month came to.

    Derived from the charges by ``invoices.billing_items``, so that the billing list need not add up a
    year of invoices for each page.
    """

    source = PartnerForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    program_slug = models.SlugField()
    customer = PartnerForeignKey(Customer, on_delete=models.CASCADE, related_name="billing_items")
    motion = models.CharField(max_length=12, choices=Motion.pairs())
    month = models.DateField()  # the newest with such charges
    cost = models.DecimalField(max_digits=24, decimal_places=8)
    retail = models.DecimalField(max_digits=24, decimal_places=8)
    mappings = ToMappings(
        Mapping,
        on_delete=models.DO_NOTHING,
        from_fields=["partner", "customer", "motion"],
        to_fields=["partner", "customer", "motion"],
        related_name="+",
        null=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "source", "program_slug", "customer", "motion"], name="one_item_per_motion"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer} / {self.get_motion_display()}"
