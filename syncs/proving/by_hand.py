"""Runs that billed a line of ours as somebody had edited it: what they billed beyond it. Inside the scope."""

from __future__ import annotations

from django.db.models import Exists, Max, OuterRef

from money.enums import Severity
from money.periods import first_day_of, months_between, period_label
from money.plan import Note
from money.words import plain, plain_quantity, shown
from programs.models import Program
from syncs.models import BilledRun, Line

MONTHS_SAID = 2


def notes_of_edited_runs(program: Program) -> list[Note]:
    """One for each line that was billed so, until its customer's template ran for a later month. Three queries at most.

    Of a customer who left it is said for a month.
    """
    runs = BilledRun.objects.filter(program=program)
    later = runs.filter(customer=OuterRef("customer"), motion=OuterRef("motion"), stood_for__gt=OuterRef("stood_for"))
    edited_runs = runs.exclude(by_hand=0).filter(~Exists(later)).order_by("pk")
    found = list(edited_runs.select_related("customer", "subscription"))
    if not found:
        return []
    newest = runs.aggregate(month=Max("stood_for"))["month"]
    edited = [run for run in found if months_between(first_day_of(run.stood_for), first_day_of(newest)) < MONTHS_SAID]
    lines = Line.objects.filter(program=program, mark__in=[run.mark for run in edited], product__isnull=False)
    names = dict(lines.order_by("pk").values_list("mark", "product__name"))
    return [_note(run, names.get(run.mark, run.subscription.external_id)) for run in edited]


def _note(run: BilledRun, product: str) -> Note:
    quantity, price = run.written
    return Note(
        Severity.WARNING,
        "billed_by_hand",
        f"billed_by_hand:{run.mark}:{run.invoice_id}",
        f"{run.customer.name}, {product}: billed differently by hand. Invoice {run.invoice_number} has "
        f"{plain_quantity(run.quantity)} x {plain(run.price)} where our line for {period_label(run.stood_for)} was "
        f"{plain_quantity(quantity)} x {plain(price)}: {shown(run.by_hand)} beside it.",
        "Nothing needs to be done where that is meant. Else correct it on the customer's next invoice.",
        customer_id=run.customer_id,
        retail=run.by_hand,
        motion=run.motion,
    )
