"""What a program has synced, month by month."""

from __future__ import annotations

from django.db import models

from core.partner_models import PartnerForeignKey, PartnerModel
from programs.models import Program


class MonthTotal(PartnerModel):
    """What stands on templates or was billed for one month, in currency units.

    Derived from the parts at the end of each billing sync, so that a page need not add up years of them.
    """

    program = PartnerForeignKey(Program, on_delete=models.CASCADE, related_name="month_totals")
    month = models.DateField()
    retail = models.DecimalField(max_digits=24, decimal_places=8)
    cost = models.DecimalField(max_digits=24, decimal_places=8)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "program", "month"], name="one_total_per_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
