"""What waits for a person, and what a person decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.partner_models import PartnerForeignKey, PartnerModel
from customers.models import Customer
from money.enums import Severity
from programs.models import Program


class Decision(PartnerModel):
    """A person's answer to a held item; planning takes it as input.

    ``subject`` names the item (``conflict:...``, ``credit:...``), see ``money.holds``.
    """

    program = PartnerForeignKey(Program, on_delete=models.CASCADE, related_name="decisions")
    subject = models.CharField(max_length=200)
    choice = models.CharField(max_length=20)
    line_id = models.CharField(max_length=100, null=True)  # the foreign line that "adopt" takes over
    # What was at stake then: "dismiss" answers for that money and no other. None where no amount was held.
    retail = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    cost = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)  # the same for answers that were given together

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "program", "subject"], name="one_decision_per_subject")
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.choice}"


class Finding(PartnerModel):
    """Something a run reported. Open until a run no longer reports it.

    ``fingerprint`` tells whether a later run reports the same thing, so that what was said once and
    still waits does not raise a run's status again.
    """

    program = PartnerForeignKey(Program, on_delete=models.CASCADE, related_name="findings")
    run_kind = models.CharField(max_length=8)
    fingerprint = models.CharField(max_length=64)
    severity = models.CharField(max_length=7, choices=Severity.pairs())
    code = models.CharField(max_length=40)  # e.g. "conflict", "price_changed", "credit"
    subject = models.CharField(max_length=200, blank=True)  # decision subject, if a person may decide
    text = models.TextField()
    cure = models.TextField(blank=True)  # what to do
    facts = models.JSONField(default=dict)  # what it is about: ids of subscription, product, change; motion
    customer = PartnerForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="findings")
    retail = models.DecimalField(max_digits=24, decimal_places=8, default=0)  # at stake
    first_run = PartnerForeignKey("syncs.Run", on_delete=models.CASCADE, related_name="+")
    last_run = PartnerForeignKey("syncs.Run", on_delete=models.CASCADE, related_name="findings")
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    # A person knows of this warning: while it stands, it is no longer shown among what to look into.
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "program", "run_kind", "fingerprint"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_finding",
            )
        ]
        indexes = [
            models.Index(fields=["partner", "closed_at"]),
            models.Index(fields=["partner", "subject"]),
            models.Index(
                fields=["partner", "-retail", "id"], condition=models.Q(closed_at__isnull=True), name="open_findings"
            ),
        ]

    def __str__(self) -> str:
        return self.text
