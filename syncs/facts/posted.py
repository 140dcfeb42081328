"""What periods came to before, as the ledger knows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from collections.abc import Mapping as MappingOf

from django.db.models import Q

from money.enums import PartRole, PartState
from money.facts import Posted, PostingPart
from programs.models import Program
from syncs.facts.open_periods import PeriodKey
from syncs.models import Part, Posting


def load_posted(
    program: Program, customer_ids: Collection[int], owners: MappingOf[PeriodKey, int]
) -> dict[tuple[int, str], list[Posted]]:
    """Postings by (customer, motion): those of the wanted periods, and each subscription's latest.

    ``owners`` are the customers of the wanted periods by now: a corrected invoice may charge another one
    for what was posted.
    """
    every = Posting.objects.filter(program=program)
    rows = every.filter(customer__in=customer_ids)
    latest = rows.order_by("subscription", "motion", "-period").distinct("subscription", "motion")
    open_ones = Q(period__in={key[2] for key in owners}, subscription__in={key[0] for key in owners})
    chosen = list(rows.filter(open_ones | Q(pk__in=latest.values("pk"))))
    chosen += every.filter(open_ones).exclude(customer__in=customer_ids)
    parts: dict[int, list[PostingPart]] = defaultdict(list)
    for part in Part.objects.filter(posting__in=[row.pk for row in chosen]):
        parts[part.posting_id].append(_posted_part(part))
    posted: dict[tuple[int, str], list[Posted]] = defaultdict(list)
    for row in chosen:
        owner = owners.get((row.subscription_id, row.motion, row.period), row.customer_id)
        posted[owner, row.motion].append(
            Posted(
                subscription_id=row.subscription_id,
                period=row.period,
                fingerprint=row.fingerprint,
                template_id=row.template_id,
                next_run=row.next_run,
                unit_cost=row.unit_cost,
                unit_retail=row.unit_retail,
                parts=tuple(sorted(parts[row.pk], key=lambda part: part.mark)),
                rounding_cost=row.rounding_cost,
                rounding_retail=row.rounding_retail,
            )
        )
    return posted


def _posted_part(part: Part) -> PostingPart:
    return PostingPart(
        role=PartRole(part.role),
        mark=part.mark,
        state=PartState(part.state),
        cost=part.cost,
        retail=part.retail,
        rules_cost=part.rules_cost,
        rules_retail=part.rules_retail,
        reason=part.reason,
    )
