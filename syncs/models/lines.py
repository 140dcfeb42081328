"""What stands in the target because of us, and what each period of a subscription came to."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from connections.models import Connection
from core.partner_models import PartnerForeignKey, PartnerModel
from customers.models import Customer, Subscription
from money.enums import LineState, Motion, PartRole, PartState
from products.models import Product
from programs.models import Program
from syncs.enums import PartCause


class Line(PartnerModel):
    """One line of ours on an invoice template, with its values as the target returned them.

    Whose line it is, this row says: no other program touches it, though its mark may look the same there.
    """

    program = PartnerForeignKey(Program, on_delete=models.CASCADE, related_name="lines", db_index=False)
    target = PartnerForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    template_id = models.CharField(max_length=100)  # the target's id
    line_id = models.CharField(max_length=100)  # the target's id
    mark = models.CharField(max_length=40)
    role = models.CharField(max_length=10, choices=PartRole.pairs())
    motion = models.CharField(max_length=12, choices=Motion.pairs())
    customer = PartnerForeignKey(Customer, on_delete=models.PROTECT, related_name="lines")
    subscription = PartnerForeignKey(Subscription, on_delete=models.PROTECT, related_name="lines")
    period = models.CharField(max_length=30, blank=True)  # of a one-time line
    product = PartnerForeignKey(Product, null=True, on_delete=models.SET_NULL, related_name="+")
    target_product_id = models.CharField(max_length=100, null=True)
    quantity = models.DecimalField(max_digits=24, decimal_places=8)
    retail_cents = models.BigIntegerField()
    cost_cents = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=LineState.pairs(), default=LineState.STANDING)
    next_run = models.DateField(null=True)  # of the template when the line was last written
    billed_on = models.CharField(max_length=100, null=True)  # newest generated invoice that carries it
    seen_run = models.DateField(null=True)  # next run of the template when its customer's invoices were last looked at
    written_at = models.DateTimeField()
    planned_on = models.DateField(null=True)  # the target's own day when it was first written

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "program", "mark"],
                condition=models.Q(state=LineState.STANDING),
                name="one_standing_line_per_mark",
            ),
            models.UniqueConstraint(
                fields=["partner", "target", "template_id", "line_id"],
                name="one_row_per_target_line",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "target", "template_id", "state"]),
            models.Index(fields=["partner", "program", "state"], name="lines_of_program"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.line_id} on {self.template_id}"


class BilledRun(PartnerModel):
    """A run of a template that billed a recurring line of ours, as an invoice of the target shows it.

    ``stood_for`` is the period that the line stood for then, ``period`` the one that the run counts for: "" as long as
    it is ahead of its month. ``beyond``: it is more than that period charges, so it went into the period's credit.
    ``by_hand``: the retail that it billed beside what counts of it, as somebody had edited the line.
    """

    program = PartnerForeignKey(Program, on_delete=models.CASCADE, related_name="billed_runs")
    customer = PartnerForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    subscription = PartnerForeignKey(Subscription, on_delete=models.CASCADE, related_name="+")
    motion = models.CharField(max_length=12, choices=Motion.pairs())
    mark = models.CharField(max_length=40)  # of the line
    invoice_id = models.CharField(max_length=100)  # the target's
    invoice_number = models.CharField(max_length=60)
    quantity = models.DecimalField(max_digits=24, decimal_places=8)
    price = models.DecimalField(max_digits=24, decimal_places=8)  # per unit, in currency units
    # Ours, before somebody edited the line; of runs that were noted before this was, as they were billed.
    written_quantity = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    written_price = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    stood_for = models.CharField(max_length=30)
    period = models.CharField(max_length=30, blank=True)
    beyond = models.BooleanField(default=False)
    by_hand = models.DecimalField(max_digits=24, decimal_places=8, default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "program", "mark", "invoice_id"], name="one_row_per_billed_run")
        ]
        indexes = [
            models.Index(
                fields=["partner", "program"],
                condition=models.Q(period="") | models.Q(beyond=True),
                name="runs_too_many",
            ),
            models.Index(fields=["partner", "program"], condition=~models.Q(by_hand=0), name="runs_of_edited_lines"),
        ]

    @property
    def written(self) -> tuple[Decimal, Decimal]:
        """Quantity and price of our line, as it was written."""
        quantity, price = self.written_quantity, self.written_price
        return self.quantity if quantity is None else quantity, self.price if price is None else price

    def __str__(self) -> str:
        return f"{self.mark} on invoice {self.invoice_number}"


class Posting(PartnerModel):
    """What one subscription, motion and period came to; its ``Part`` rows add up to the source.

    ``rounding_*`` is what whole cents cannot carry: the source's amount is the sum of the parts
    (each less its rules) plus the rounding.
    """

    program = PartnerForeignKey(Program, on_delete=models.CASCADE, related_name="postings")
    customer = PartnerForeignKey(Customer, on_delete=models.PROTECT, related_name="postings")
    subscription = PartnerForeignKey(Subscription, on_delete=models.PROTECT, related_name="postings")
    motion = models.CharField(max_length=12, choices=Motion.pairs())
    period = models.CharField(max_length=30)
    fingerprint = models.CharField(max_length=64)  # of the charges and settings it was planned from
    template_id = models.CharField(max_length=100)
    charge_count = models.PositiveIntegerField(default=0)  # of the charges it was planned from
    source_cost = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    source_retail = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    rounding_cost = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    rounding_retail = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    unit_cost = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    unit_retail = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    next_run = models.DateField(null=True)  # of the template when the recurring line was confirmed
    since = models.DateField(null=True)  # rows of invoices before this month are not in it: they are not billed
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "program", "subscription", "motion", "period"],
                name="one_posting_per_period",
            )
        ]
        indexes = [models.Index(fields=["partner", "customer", "motion"])]

    def __str__(self) -> str:
        return f"{self.subscription} {self.period}"


class Part(PartnerModel):
    """One line's worth of a posting. ``cost``/``retail`` are currency units.

    For ``synced`` and ``billed`` parts they are what the target returned, else what is at stake.
    ``rules_*`` is how much of it the pricing strategy (later: price rules) added to the source's
    amount.
    """

    posting = PartnerForeignKey(Posting, on_delete=models.CASCADE, related_name="parts")
    role = models.CharField(max_length=10, choices=PartRole.pairs())
    mark = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=PartState.pairs())
    cost = models.DecimalField(max_digits=24, decimal_places=8)
    retail = models.DecimalField(max_digits=24, decimal_places=8)
    rules_cost = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    rules_retail = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    reason = models.TextField(blank=True)
    cause = models.CharField(max_length=10, choices=PartCause.choices, blank=True, db_default="")  # of a held one

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "posting", "mark"], name="one_part_per_mark")]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.get_state_display()}"
