"""Steps in which the distributor speaks: invoices, subscriptions, prices."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal

from tests.bookkeeping.cells import (
    last_day,
    read_day,
    read_moment,
    read_money,
    read_month,
    read_number,
    read_word,
    read_yes,
    show_month,
)
from tests.bookkeeping.heads import named_facts
from tests.bookkeeping.month import Act, Month
from tests.bookkeeping.source import USUAL_TARGET, Invoice, Product, Row, Subscription
from tests.bookkeeping.text import Block, check_columns
from tests.bookkeeping.text import Row as Cells

ROW_COLUMNS = (
    "subscription", "customer", "offer", "cycle", "term", "text", "from", "to", "seats", "cost", "retail", "ratio",
    "cost amount", "amount",
)  # fmt: skip
USUAL_COST, USUAL_RETAIL = Decimal("10.00"), Decimal("12.00")


def read_invoice(block: Block) -> Act:
    """``invoice I1 for Oct 2026`` with its rows; ``, held`` where it waits for *replaces* or *adds*."""
    said = re.fullmatch(r"invoice (\S+) for (\w+ \d+)(, held)?", block.head.text)
    if said is None:
        raise block.head.unreadable("this is no invoice", "Write it so: invoice I1 for Oct 2026")
    month, table = read_month(said[2], block.head), block.only_table()
    if table:
        check_columns(table, ROW_COLUMNS)

    def receive(of: Month) -> None:
        rows = [_row(cells, month, of.zone) for cells in (table.rows if table else ())]
        of.books.receive(Invoice(said[1], month, rows, "held" if said[3] else "counted"))

    return receive


def _row(cells: Cells, month: str, zone: dt.tzinfo) -> Row:
    """A blank cell is the usual: the whole month, one seat, 10.00 and 12.00, ratio 1."""
    told, line, year = cells.cells, cells.line, int(month[:4])
    seats = read_number(told.get("seats") or "1", line)
    ratio = read_number(told.get("ratio") or "1", line)
    amounts = [read_money(told[name], line) if told.get(name) else None for name in ("cost amount", "amount")]
    return Row.priced(
        subscription="" if told.get("subscription") == "none" else told.get("subscription") or "s1",
        start=read_moment(told.get("from") or f"1 {show_month(month)}", line, year=year, zone=zone),
        end=read_moment(told.get("to") or f"{last_day(month)} {show_month(month)}", line, year=year, zone=zone),
        seats=seats,
        ratio=ratio,
        cost=_price(cells, "cost", amounts[0], seats * ratio, USUAL_COST),
        retail=_price(cells, "retail", amounts[1], seats * ratio, USUAL_RETAIL),
        cost_amount=amounts[0],
        retail_amount=amounts[1],
        **{name: told.get(name, "") for name in ("customer", "offer", "cycle", "term", "text")},
    )


def _price(cells: Cells, name: str, amount: Decimal | None, units: Decimal, usual: Decimal) -> Decimal:
    """The price that is told, else the one that the amount speaks of, else the usual one."""
    if told := cells.cells.get(name):
        return read_money(told, cells.line)
    return usual if amount is None or not units else amount / units


def read_subscription(block: Block) -> Act:
    """``subscription a1: cycle usage, customer Fabrikam``: what the source's tenants say from now on.

    ``seen 3 Nov 2026``: they were read on that day.
    """
    name, facts = named_facts(block, ("customer", "product", "cycle", "seen"), flags=("unlisted",))
    seen = read_day(facts.pop("seen"), block.head) if "seen" in facts else None

    def tell(of: Month) -> None:
        if "unlisted" in facts:
            of.books.source.unlisted.add(name)
        else:
            _tell_subscription(of, name, facts, seen)

    return tell


def _tell_subscription(of: Month, name: str, facts: dict[str, str], seen: dt.date | None = None) -> None:
    source = of.books.source
    source.unlisted.discard(name)
    known = source.subscriptions.get(name, Subscription(name))
    if seen is not None:
        known = known.read_on(seen, facts.get("customer", known.customer))
    source.subscriptions[name] = replace(known, **facts)


def read_subscriptions(block: Block) -> Act:
    """``subscriptions``: a table of what the tenants say, where there are many."""
    table = block.only_table()
    if table is None:
        raise block.head.unreadable("there is no table", "Write one: subscription | customer | product | cycle")
    check_columns(table, ("subscription", "customer", "product", "cycle"))

    def tell(of: Month) -> None:
        for row in table.rows:
            told = {key: text for key, text in row.cells.items() if text and key != "subscription"}
            _tell_subscription(of, row.cells["subscription"], told)

    return tell


def read_product(block: Block) -> Act:
    """``product Premium: cost 9.00, retail 20.00``: the target's prices from now on, and whether it is there."""
    name, facts = named_facts(block, ("cost", "retail", "taxed", "target", "problem"))
    values: dict[str, object] = {key: read_money(facts[key], block.head) for key in ("cost", "retail") if key in facts}
    if "problem" in facts:
        values["problem"] = facts["problem"].removeprefix("none")
    if "taxed" in facts:
        values["taxed"] = read_yes(facts["taxed"], block.head)
    there = read_word(facts.get("target", "as it was"), block.head, ("as it was", "never", "made", "made again"))

    def tell(of: Month) -> None:
        product = of.books.source.product(name)
        of.books.source.products[name] = replace(_placed(product, there), **values)

    return tell


def _placed(product: Product, there: str) -> Product:
    if there == "made again":
        assert product.target is not None
        return replace(product, target=str(int(product.target) + 50), earlier=product.earlier | {product.target})
    if there == "made":
        return replace(product, target=USUAL_TARGET)
    if there == "as it was":
        return product
    return replace(product, target=None)
