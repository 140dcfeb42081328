"""What a customer is charged, month by month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from customers.models import Customer
from invoices.models import Charge, InvoiceState

MONTHS = 13


@dataclass(frozen=True, slots=True)
class MonthOfCharges:
    """Charges of one usage month; ``height`` is in hundredths of the tallest bar."""

    month: dt.date
    cost: Decimal
    retail: Decimal
    height: str

    @property
    def margin(self) -> Decimal:
        """What is left between retail and cost."""
        return self.retail - self.cost


def monthly_charges(customer: Customer) -> list[MonthOfCharges]:
    """The last 13 months in which the customer was charged, the oldest first."""
    sums = list(
        Charge.objects.filter(customer=customer, invoice__state=InvoiceState.COUNTED)
        .values("invoice__month")
        .annotate(cost=Sum("cost"), retail=Sum("retail"))
        .order_by("-invoice__month")[:MONTHS]
    )
    tallest = max((abs(row["retail"]) for row in sums), default=Decimal(0)) or Decimal(1)
    return [
        MonthOfCharges(row["invoice__month"], row["cost"], row["retail"], f"{abs(row['retail']) * 100 / tallest:.1f}")
        for row in reversed(sums)
    ]
