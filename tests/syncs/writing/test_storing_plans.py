"""What a plan becomes in the ledger is inserted at once, value by value as Django would have inserted it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import models

from accounts.models import Partner
from core.bulk_saving import insert_and_number, insert_rows
from core.scope import partner_scope
from money.enums import Action, PartRole, PartState
from programs.models import Program
from syncs.enums import ChangeState
from syncs.models import Change, Part, Posting, Run
from tests import factories as make

LINE = {
    "name": 'Ünïcode 漢字 "x" \\ \U0001f4b6',
    "quantity": "1.50",
    "position": 3,
    "taxable": True,
    "product_id": None,
}
CHANGES: list[dict[str, Any]] = [
    {"action": Action.ADD_LINE, "what": "Adatum, E3"},
    {"action": Action.CHANGE_LINE, "what": "", "before": LINE, "after": LINE | {"quantity": "2"}},
    {"action": Action.KEEP, "what": "kept", "state": ChangeState.DONE, "retail": Decimal("-0.123456785"), "cost": 0},
    {"action": Action.REMOVE_LINE, "what": "gone", "next_run": dt.date(2026, 9, 1), "charge_ids": [1, 2**40]},
    {"action": Action.CREATE_PRODUCT, "what": "new\nproduct", "manner": "adopts", "error": "no\tanswer", "attempts": 3},
    {"action": Action.ADD_LINE, "what": "x" * 700, "reason": "y" * 5000, "hold": "credit", "subject": "credit:BS:A"},
]
AMOUNTS = {"cost": Decimal("1E+3"), "retail": Decimal("-0.000000005"), "rules_cost": 0, "rules_retail": Decimal("0E-9")}
PARTS: list[dict[str, Any]] = [
    AMOUNTS | {"role": PartRole.RECURRING, "state": PartState.PLANNED},
    AMOUNTS | {"role": PartRole.USAGE, "state": PartState.BILLED, "reason": "Zwölf %s {x}", "cause": "plan_waits"},
]


@pytest.fixture
def program(partner: Partner) -> Iterator[Program]:
    with partner_scope(partner.pk):
        yield make.ProgramFactory()


def stored(rows: models.QuerySet[Any], *apart: str) -> list[dict[str, Any]]:
    """What the database has of them, without what tells two of them apart."""
    return [{name: repr(value) for name, value in row.items() if name not in {"id", *apart}} for row in rows.values()]


def changes_of(run: Run) -> list[Change]:
    return [Change(program=run.program, run=run, position=place, **odd) for place, odd in enumerate(CHANGES)]


def test_changes(program: Program):
    theirs, ours = make.RunFactory.create_batch(2, program=program)
    made = {
        run: [Change(program=program, run=run, position=n, **odd) for n, odd in enumerate(CHANGES)]
        for run in (theirs, ours)
    }

    Change.objects.bulk_create(made[theirs])
    insert_rows(Change, made[ours])

    inserted = Change.objects.order_by("position")
    assert stored(inserted.filter(run=ours), "run_id") == stored(inserted.filter(run=theirs), "run_id")
    assert inserted.filter(run=ours).count() == len(CHANGES)


def test_postings_and_their_parts(program: Program):
    customer = make.CustomerFactory(source=program.source)
    of = {"program": program, "customer": customer, "subscription": make.SubscriptionFactory(customer=customer)}
    amounts = {"unit_cost": Decimal("0.123456785"), "since": dt.date(2026, 9, 1), "charge_count": 2}
    theirs = Posting.objects.create(**of, motion="seat_monthly", period="2026-09", **amounts)

    numbers = insert_and_number(
        Posting,
        (Posting(**of, motion=motion, period="2026-09", **amounts) for motion in ("seat_annual", "azure_plan")),
        ["motion", "period"],
    )
    ours = Posting.objects.get(pk=numbers["azure_plan", "2026-09"])
    Part.objects.bulk_create(Part(posting=theirs, mark=f"BS:{n}", **odd) for n, odd in enumerate(PARTS))
    insert_rows(Part, (Part(posting=ours, mark=f"BS:{n}", **odd) for n, odd in enumerate(PARTS)))

    assert (ours.motion, len(numbers)) == ("azure_plan", 2)
    every = Posting.objects.order_by("pk")
    apart = ("motion", "updated_at")
    assert stored(every.filter(pk=ours.pk), *apart) == stored(every.filter(pk=theirs.pk), *apart)
    assert abs(ours.updated_at - theirs.updated_at) < dt.timedelta(hours=1)
    parts = Part.objects.order_by("mark")
    assert stored(parts.filter(posting=ours), "posting_id") == stored(parts.filter(posting=theirs), "posting_id")
    assert parts.filter(posting=ours).count() == len(PARTS)
