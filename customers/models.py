"""Customers of a partner, what they subscribe to, and to whom they are mapped in the target."""

from __future__ import annotations

import pghistory
from django.db import models

from connections.models import Connection
from core.partner_models import PartnerForeignKey, PartnerModel
from money.enums import Motion
from programs.models import Program


class Customer(PartnerModel):
    """One Microsoft tenant of an end customer. A company with two tenants is two rows."""

    source = PartnerForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=100)  # the Microsoft tenant's id, lower case
    company_id = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=500)
    domain = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=254, blank=True)
    active = models.BooleanField(default=True)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "source", "external_id"], name="one_customer_per_tenant")
        ]
        indexes = [models.Index(fields=["partner", "name"])]

    def __str__(self) -> str:
        return self.name


class Subscription(PartnerModel):
    """A customer's instance of a product, kept for good: old invoices still name it."""

    source = PartnerForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=100)  # lower case
    customer = PartnerForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="subscriptions")
    product_ref = models.CharField(max_length=100, blank=True)
    term = models.CharField(max_length=60, blank=True)
    billing_cycle = models.CharField(max_length=120, blank=True)
    cadence = models.CharField(max_length=8, blank=True)  # connectors.records.Cadence
    status = models.CharField(max_length=60, blank=True)
    last_seen_at = models.DateTimeField()
    since = models.DateField(null=True)  # when it was first seen at this customer; of rows from before that, None
    stays = models.JSONField(null=True)  # at customers before; customers.subscriptions reads and writes it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "source", "external_id"], name="one_row_per_subscription")
        ]

    def __str__(self) -> str:
        return self.external_id


class TargetCustomer(PartnerModel):
    """Local copy of a customer in the target."""

    target = PartnerForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=100)
    name = models.CharField(max_length=500)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=500, blank=True)
    disabled = models.BooleanField(default=False)
    gone = models.BooleanField(default=False)  # the target no longer has it
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "target", "external_id"], name="one_copy_per_target_customer")
        ]
        indexes = [models.Index(fields=["partner", "target", "name"])]

    def __str__(self) -> str:
        return self.name


class Template(PartnerModel):
    """Local copy of an invoice template, with its lines as last read."""

    target = PartnerForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=100)
    customer_external_id = models.CharField(max_length=100)
    name = models.CharField(max_length=500)
    frequency = models.CharField(max_length=30)
    next_run = models.DateField(null=True)
    paused = models.BooleanField(default=False)
    lines = models.JSONField(default=list)  # customers.target_copy reads and writes it
    gone = models.BooleanField(default=False)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "target", "external_id"], name="one_copy_per_template")
        ]
        indexes = [models.Index(fields=["partner", "target", "customer_external_id"])]

    def __str__(self) -> str:
        return self.name


class Pricing(models.TextChoices):
    """Which prices the sync carries; what it does not carry stays as it stands on the line."""

    COST_AND_RETAIL = "cost_and_retail", "Cost and retail"
    COST_ONLY = "cost_only", "Only cost"
    QUANTITY_ONLY = "quantity_only", "Only quantity"


@pghistory.track()
class Mapping(PartnerModel):
    """Customer x billing motion -> target customer + invoice template."""

    program = PartnerForeignKey(Program, on_delete=models.CASCADE, related_name="mappings")
    customer = PartnerForeignKey(Customer, on_delete=models.CASCADE, related_name="mappings")
    motion = models.CharField(max_length=12, choices=Motion.pairs())
    target_customer = PartnerForeignKey(TargetCustomer, on_delete=models.PROTECT, related_name="mappings")
    template = PartnerForeignKey(Template, on_delete=models.PROTECT, related_name="mappings")
    pricing = models.CharField(max_length=15, choices=Pricing.choices, default=Pricing.COST_AND_RETAIL)
    sync_on = models.BooleanField(default=True)
    # First usage month that this mapping bills; None until a sync takes it up. Cleared when the
    # sync is switched off, so that a later start takes up the newest month again.
    first_month = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "program", "customer", "motion"], name="one_mapping_per_motion")
        ]

    def __str__(self) -> str:
        return f"{self.customer} / {self.get_motion_display()}"


class BatchKind(models.TextChoices):
    """Where many changes of mappings came from."""

    IMPORT = "import", "CSV import"
    SYNC_ON = "sync_on", "Switch sync on"
    SYNC_OFF = "sync_off", "Switch sync off"
    SUGGESTIONS = "suggestions", "Accepted suggestions"


class BatchState(models.TextChoices):
    """How far a batch is."""

    PROPOSED = "proposed", "Not applied yet"
    APPLIED = "applied", "Applied"
    UNDONE = "undone", "Undone"


class MappingBatch(PartnerModel):
    """Many mappings changed together: shown first, applied whole, undone together.

    ``entries`` are the changes in the form that ``customers.mapping_batches`` reads and writes,
    ``problems`` what is wrong with lines of a file; with any, nothing can be applied.
    """

    program = PartnerForeignKey(Program, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=BatchKind.choices)
    state = models.CharField(max_length=8, choices=BatchState.choices, default=BatchState.PROPOSED)
    file_name = models.CharField(max_length=200, blank=True)
    entries = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    notes = models.JSONField(default=list)  # texts about the file as a whole
    unchanged = models.PositiveIntegerField(default=0)  # rows that are so already
    skipped = models.PositiveIntegerField(default=0)  # rows without a mapping, left as they are
    left_alone = models.JSONField(default=list)  # texts: what an undo found changed since
    made_by = models.CharField(max_length=254)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["partner", "program", "-created_at"], name="customers_batch_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.file_name}".strip()
