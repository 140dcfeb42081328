"""What earlier charges tell of a subscription: how it was billed, whose it was and what, and when."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Max, Q, QuerySet

from invoices.models import Charge
from money.days import Days
from money.enums import Kind, Motion, MotionCause
from money.recognising import EarlierCharge

_BOUGHT_ONCE = Q(motion_by__in=[cause for cause in MotionCause if cause.once])


@dataclass(slots=True)
class History:
    """Earlier charges of one subscription, the newest last, and the motion on its newest earlier invoice."""

    charges: list[EarlierCharge] = field(default_factory=list)
    before: Motion | None = None
    newest: Days | None = None  # of that invoice's longest row of those that end last

    def owner_on(self, day: dt.date) -> int | None:
        """The customer who was charged for that day last."""
        return next((one.customer_id for one in reversed(self.charges) if one.days.cover_day(day)), None)

    def charge_on(self, day: dt.date, motion: Motion | None) -> EarlierCharge | None:
        """What was charged of that day in a motion last."""
        found = (one for one in reversed(self.charges) if one.motion == motion and one.days.cover_day(day))
        return next(found, None)


def load_history(
    source_id: int, refs: Collection[str], since: dt.date, *, before: int | None = None
) -> dict[str, History]:
    """Of some subscriptions, by id in lower case: charges that end on that day or later, in two queries.

    ``before``: of invoices stored before this one alone (our row), None for all.
    """
    known = _charges(source_id, refs, before)
    found: dict[str, History] = defaultdict(History)
    columns = ("subscription_ref", "first_day", "last_day", "motion", "customer", "product", "unit_cost", "unit_retail")
    rows = known.filter(last_day__gte=since).values_list(*columns).annotate(newest=Max("invoice"))
    for ref, first, last, motion, *rest, _ in rows.order_by("newest"):
        found[ref].charges.append(EarlierCharge(Days(first, last), Motion(motion), *rest))
    newest = known.order_by("subscription_ref", "-invoice__month", "-last_day", "first_day", "-pk")
    newest = newest.distinct("subscription_ref")
    for ref, motion, first, last in newest.values_list("subscription_ref", "motion", "first_day", "last_day"):
        found[ref].before, found[ref].newest = Motion(motion), Days(first, last)
    return found


def _charges(source_id: int, refs: Collection[str], before: int | None) -> QuerySet[Charge]:
    known = Charge.objects.filter(invoice__source_id=source_id, subscription_ref__in=list(refs))
    known = known.exclude(kind=Kind.UNKNOWN).exclude(_BOUGHT_ONCE).exclude(motion="").order_by()
    return known if before is None else known.filter(invoice_id__lt=before)
