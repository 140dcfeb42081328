"""What a program's usage months came to, and which of them an owner closed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.partner_models import PartnerForeignKey, PartnerModel
from programs.models import Program


class MonthTotal(PartnerModel):
    """The account of one usage month as the last billing sync proved it; ``retail`` and ``cost`` are what is billed.

    Derived from rows and ledger, so that a page need not add up years of them. ``basis`` tells what it was derived
    from: where that changed since, ``syncs.proving.month_accounts`` adds up anew.
    """

    program = PartnerForeignKey(Program, on_delete=models.CASCADE, related_name="month_totals")
    month = models.DateField()
    retail = models.DecimalField(max_digits=24, decimal_places=8)
    cost = models.DecimalField(max_digits=24, decimal_places=8)
    account = models.JSONField(default=dict, db_default={})  # amounts as decimal strings
    basis = models.CharField(max_length=64, blank=True, db_default="")
    proved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "program", "month"], name="one_total_per_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class MonthClosing(PartnerModel):
    """An owner closed a month, or opened it again; the newest row of a month says which it is."""

    program = PartnerForeignKey(Program, on_delete=models.CASCADE, related_name="month_closings")
    month = models.DateField()
    closes = models.BooleanField()
    reason = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    by_name = models.CharField(max_length=254)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["partner", "program", "month"], name="closings_of_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {'closed' if self.closes else 'opened again'}"
