"""What a step came to, as rows of a table: one for each line of the templates, and for each that goes or waits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tests.bookkeeping.books import Books, Synced
from tests.bookkeeping.cells import show_money, show_number
from tests.bookkeeping.product import Action, LineValues, PlannedChange, TemplateLine
from tests.bookkeeping.target import Amount, Generated, amount_of

_MARK = re.compile(r"\[BS:[A-Z0-9]+\]")
STANDING = ("added", "changed", "stays")
WRITTEN = ("added", "changed", "removed")
DONE = {Action.ADD_LINE: "added", Action.CHANGE_LINE: "changed", Action.REMOVE_LINE: "removed", Action.KEEP: "stays"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One row: texts by the name of their column."""

    done: str
    cells: dict[str, str]


def lines_after(books: Books, synced: Synced) -> list[Shown]:
    """What was written, in that order; what waits or failed; and the lines that nothing was done about."""
    written = {id(change): line for change, line in synced.written}
    shown, seen = [], set()
    for change in synced.plan.changes:
        line = written.get(id(change))
        if line is not None:
            shown.append(_of_change(books, change, DONE[change.action], line))
            seen.add(line.line_id)
        elif change.action.writes:
            shown.append(_of_change(books, change, _word_of_unwritten(change, synced), _values(change)))
    rest = [line for number, line in sorted(books.target.lines.items()) if number not in seen]
    return shown + [_of_line(books, line, "stays") for line in rest]


def lines_of_invoices(books: Books, invoices: Iterable[Generated]) -> list[Shown]:
    """The lines of generated invoices."""
    return [_of_line(books, line, "") for invoice in invoices for line in invoice.lines]


def _word_of_unwritten(change: PlannedChange, synced: Synced) -> str:
    if not (change.hold or synced.waits):
        return "fails"
    return "removal waits" if change.action is Action.REMOVE_LINE else "waits"


def _values(change: PlannedChange) -> LineValues:
    values = change.after or change.before
    assert values is not None
    return values


def _of_change(books: Books, change: PlannedChange, done: str, line: TemplateLine | LineValues) -> Shown:
    why = change.hold.text if change.hold else change.reason
    amount = (change.cost, change.retail) if done == "waits" else amount_of(line)
    subscription = books.subscriptions.name(change.subscription_id)
    cells = _cells(books, line, amount, change.template_id)
    return Shown(done, cells | {"done": done, "subscription": subscription, "why": "" if done == "stays" else why})


def _of_line(books: Books, line: TemplateLine, done: str) -> Shown:
    own = books.ledger.own.get(line.line_id)
    subscription = own.subscription if own else ""
    cells = _cells(books, line, amount_of(line), line.template_id)
    return Shown(done, cells | {"done": done, "subscription": subscription, "why": ""})


def _cells(books: Books, line: TemplateLine | LineValues, amount: Amount, template_id: str) -> dict[str, str]:
    template = books.target.templates.get(template_id)
    return {
        "template": template.name if template else "(gone)",
        "line": line.name,
        "kind": "once" if line.one_time else "recurring",
        "seats": show_number(line.quantity),
        "cost": show_money(Decimal(line.cost_cents) / 100),
        "retail": show_money(Decimal(line.retail_cents) / 100),
        "total cost": show_money(amount[0]),
        "total": show_money(amount[1]),
        "product": _product(books, line.product_id),
        "taxed": "yes" if line.taxable else "no",
        "place": str(line.position or ""),
        "description": _MARK.sub("[mark]", line.description),
    }


def _product(books: Books, number: str | None) -> str:
    for product in books.source.products.values():
        if number is not None and number == product.target:
            return product.name
        if number in product.earlier:
            return f"{product.name} (old)"
    return f"#{number}" if number else ""
