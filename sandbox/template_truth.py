"""What the next invoice of each template must total, when everything that can be is synced."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sandbox.accounts import story_in
from sandbox.billing import rows_of
from sandbox.catalogue import Price
from sandbox.generation import counted_quantity, line_amount
from sandbox.mapping import mapping_of
from sandbox.months import add_months, first_of
from sandbox.prism_api.invoices import KIND as INVOICE
from sandbox.state import Store
from sandbox.story import Story, segments
from sandbox.syncro_api.products import KIND as PRODUCT
from sandbox.syncro_api.schedules import KIND as SCHEDULE
from sandbox.truth import Charges, ChargeTruth, Sum
from sandbox.wire import Json, plain

_TOLERANCE = Decimal("0.05")  # of a line whose unit price is finer than a cent
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class _Books:
    """What one account's templates are judged by."""

    store: Store
    account: str
    story: Story
    charges: Charges
    invoices: list[Json]
    newest_month: str


def templates_in(store: Store, account: str, found: Charges) -> list[Json]:
    """One entry per mapped template, by its id."""
    invoices = store.records(account, INVOICE)
    months = [invoice["month"][:7] for invoice in invoices if invoice["kind"] == "monthly"]
    books = _Books(
        store,
        account,
        story_in(store, account),
        found,
        invoices,
        max(months, default=""),
    )
    by_template: dict[int, list[Json]] = {}
    for entry in mapping_of(store, account):
        by_template.setdefault(entry["invoice_template"], []).append(entry)
    return [_template_truth(books, entries) for _, entries in sorted(by_template.items())]


def _template_truth(books: _Books, entries: list[Json]) -> Json:
    template_id = entries[0]["invoice_template"]
    schedule = books.store.record(books.account, SCHEDULE, template_id)
    told: Json = {
        "invoice_template": template_id,
        "syncro_customer": entries[0]["syncro_customer"],
        "tenants": sorted({entry["customer"] for entry in entries}),
        "motions": sorted({entry["motion"] for entry in entries}),
        "expected": None,
    }
    if schedule is None:
        return told | {"reason": "the template was deleted"}
    due = Sum()
    held = Sum()
    counted: set[str] = set()
    for entry in entries:
        for charge in _due_charges(books, entry, schedule, counted):
            due.retail += charge.source.retail - charge.credits.retail
            due.cost += charge.source.cost - charge.credits.cost
            held.retail += charge.credits.retail
            held.cost += charge.credits.cost
    conflict = _conflict(books, entries, schedule)
    foreign = _foreign(schedule)
    told |= {
        "next_run": schedule["next_run"],
        "months": sorted(counted),
        "source": due.told(),
        "credits_held": held.told(),
        "already_typed_in": conflict.told(),
        "foreign": foreign.told(),
        "foreign_lines": [line["id"] for line in schedule["lines"] if line["by_hand"]],
        "rounding_allowed": plain(_TOLERANCE * _fine_lines(books, entries)),
    }
    reason = _no_expectation(entries, schedule, counted)
    if reason:
        return told | {"reason": reason}
    whole = Sum(due.retail + foreign.retail - conflict.retail, due.cost + foreign.cost - conflict.cost)
    return told | {"expected": whole.told()}


def _no_expectation(entries: list[Json], schedule: Json, counted: set[str]) -> str:
    if schedule["paused"]:
        return "the template is paused"
    if not all(entry["fits"] for entry in entries):
        return "the template's frequency does not fit"
    return "" if counted else "nothing new since the template last ran"


def _due_charges(books: _Books, entry: Json, schedule: Json, counted: set[str]) -> list[ChargeTruth]:
    """The charges that a sync at the latest stop has put on the template, not yet billed."""
    due = []
    tenant_id, motion = entry["customer"], entry["motion"]
    mine = {key[2]: charge for key, charge in books.charges.items() if key[:2] == (tenant_id, motion)}
    first = _first_month(books, motion)
    for month, charge in mine.items():
        still_open = {number for number in charge.invoices if not _ran_since(books, {number}, schedule)}
        if still_open and month >= first:
            due.append(charge if still_open == charge.invoices else _part_of(books, tenant_id, motion, still_open))
            counted.add(month)
    return due


def _first_month(books: _Books, motion: str) -> str:
    """The first month of which something can still be due: of annual orders everything since the start."""
    if motion != "seat_annual":
        return books.newest_month
    start = dt.date.fromisoformat(books.store.fact("start"))
    return add_months(first_of(start), -1).isoformat()[:7]


def _part_of(books: _Books, tenant_id: str, motion: str, invoice_ids: set[str]) -> ChargeTruth:
    """What some of a month's invoices charge a tenant in a motion."""
    part = ChargeTruth(invoices=invoice_ids)
    chosen = [one for one in books.invoices if one["invoice_id"] in invoice_ids]
    for row in (row for invoice in chosen for row in rows_of(books.story, invoice, books.store.switches)):
        if row.tenant is not None and (row.tenant.tenant_id, row.motion) == (tenant_id, motion):
            part.take(row)
    return part


def _ran_since(books: _Books, invoice_ids: set[str], schedule: Json) -> bool:
    """Whether the template ran after the stop at which a sync could first read the invoices."""
    issued = max(i["issued"] for i in books.invoices if i["invoice_id"] in invoice_ids)
    stops = [stop for stop in books.store.fact("stops") if stop >= issued]
    return any(run > stops[0] for run in schedule["runs"]) if stops else False


def _foreign(schedule: Json) -> Sum:
    """What the lines bill that people typed in."""
    amount = Sum()
    next_run = dt.date.fromisoformat(schedule["next_run"])
    for line in schedule["lines"]:
        if line["by_hand"]:
            quantity = counted_quantity(line, next_run)
            amount.retail += Fraction(line_amount(quantity, line["retail_cents"]))
            amount.cost += Fraction(line_amount(quantity, line["cost_cents"]))
    return amount


def _conflict(books: _Books, entries: list[Json], schedule: Json) -> Sum:
    """Charges of a product that a hand-made line on this template bills already."""
    amount = Sum()
    if not books.newest_month:
        return amount
    month = dt.date.fromisoformat(f"{books.newest_month}-01")
    skus = _hand_made_skus(books, schedule)
    tenants = {entry["customer"] for entry in entries if entry["motion"] == "seat_monthly"}
    for subscription in books.story.subscriptions:
        if subscription.tenant.tenant_id in tenants and subscription.offer.sku in skus:
            for part in segments(subscription, month):
                days = (part.end - part.start).days + 1
                length = (add_months(month, 1) - month).days
                amount.add(part.price, Fraction(part.quantity * days, length))
    return amount


def _hand_made_skus(books: _Books, schedule: Json) -> set[str]:
    found = set()
    for line in schedule["lines"]:
        if line["by_hand"] and line["product_id"] and not line["one_time_charge"]:
            product = books.store.record(books.account, PRODUCT, line["product_id"])
            first_word = product["name"].split()[0] if product else ""
            found.add(first_word.removeprefix("PC_"))
    return found


def _fine_lines(books: _Books, entries: list[Json]) -> int:
    """How many subscriptions have a unit price finer than a cent in the newest month."""
    if not books.newest_month:
        return 0
    month = dt.date.fromisoformat(f"{books.newest_month}-01")
    tenants = {entry["customer"] for entry in entries}
    seats = [
        s
        for s in books.story.subscriptions
        if s.tenant.tenant_id in tenants and s.motion == "seat_monthly" and segments(s, month)
    ]
    if books.store.switches["amount_digits"] != "2":
        return len(seats)
    return sum(_is_fine(s.offer.price_on(segments(s, month)[-1].end)) for s in seats)


def _is_fine(price: Price) -> bool:
    return any(amount != amount.quantize(_CENT) for amount in (price.retail, price.cost))
