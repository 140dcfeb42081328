"""Steps of the product sync: a price list, the target's products, and the plan made of both."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tests.bookkeeping.cells import read_money, read_word, show_money, split_outside_quotes
from tests.bookkeeping.comparing import compare
from tests.bookkeeping.month import Act, Month
from tests.bookkeeping.outcome import Shown
from tests.bookkeeping.product import Action, ProductPlan, ProductRules, SourceItem, TargetItem, plan_products
from tests.bookkeeping.sentences import Counts, Says, read_note
from tests.bookkeeping.statements import Seen, Statement
from tests.bookkeeping.tables import PRODUCTS, Lines
from tests.bookkeeping.text import Block, Row, Table, check_columns

LISTED = ("product", "sku", "name", "description", "term", "cycle", "cadence", "cost", "retail", "listed", "clear",
          "linked", "in use", "offer")  # fmt: skip
AT_TARGET = ("target", "name", "code", "cost", "retail", "state")
SYNC_WORDS = ("in-use only", "no azure", "no annual", "not taxed")
# By what is written, and whether it becomes ours with that.
DONE = {
    (Action.CREATE_PRODUCT, False): "created",
    (Action.UPDATE_PRICES, False): "priced",
    (Action.UPDATE_PRICES, True): "adopted and priced",
    (Action.ADOPT_PRODUCT, True): "adopted",
}


def read_price_list(block: Block) -> Act:
    """``price list`` with a row for each product of ours; blank is the usual: listed, clear, 10.00 and 12.00."""
    table = _table(block, "price list", LISTED)
    items = [_item(number, row) for number, row in enumerate(table.rows, start=1)]
    used = {item.product_id for item, row in zip(items, table.rows, strict=True) if _said(row, "in use", "no") == "yes"}

    def tell(of: Month) -> None:
        of.price_list, of.in_use = items, frozenset(used)

    return tell


def _item(number: int, row: Row) -> SourceItem:
    number = int(_said(row, "product", str(number)))
    sku, term, cycle = _said(row, "sku", f"SKU-{number}"), _said(row, "term", "P1M"), _said(row, "cycle", "Monthly")
    linked, offer = _said(row, "linked", ""), _said(row, "offer", "")
    former = f"{sku}:{term}:{cycle}".lower()
    return SourceItem(
        product_id=number,
        key=f"{former}:{offer}" if offer else former,
        sku=sku,
        name="" if _said(row, "name", "") == "none" else _said(row, "name", "Business Premium"),
        description=_said(row, "description", ""),
        term=term,
        billing_cycle=cycle,
        cadence=read_word(_said(row, "cadence", "monthly"), row.line, ("monthly", "usage", "annual")),
        cost=_price(row, "cost", "10.00"),
        retail=_price(row, "retail", "12.00"),
        in_price_list=_said(row, "listed", "yes") == "yes",
        ambiguous=_said(row, "clear", "yes") == "no",
        linked_id=linked or None,
        former_key=former,
    )


def read_target_products(block: Block) -> Act:
    """``target products`` with a row for each; blank is the usual: 900, named for SKU-1, 10.00 and 12.00."""
    table = _table(block, "target products", AT_TARGET)
    targets = [_target(row) for row in table.rows]

    def tell(of: Month) -> None:
        of.target_products = targets

    return tell


def _target(row: Row) -> TargetItem:
    state = read_word(_said(row, "state", "there"), row.line, ("there", "gone", "inactive"))
    return TargetItem(
        target_id=_said(row, "target", "900"),
        name=_said(row, "name", "PC_SKU-1 Business Premium"),
        code=row.cells.get("code", "").strip('"'),
        cost=_price(row, "cost", "10.00"),
        retail=_price(row, "retail", "12.00"),
        disabled=state == "inactive",
        gone=state == "gone",
    )


def _table(block: Block, head: str, columns: tuple[str, ...]) -> Table:
    table = block.only_table()
    if block.head.text != head or table is None:
        raise block.head.unreadable("this is no list of products", f"Write “{head}” and a table: {' | '.join(columns)}")
    check_columns(table, columns)
    return table


def _said(row: Row, column: str, usual: str) -> str:
    return row.cells.get(column) or usual


def _price(row: Row, column: str, usual: str) -> Decimal:
    return read_money(_said(row, column, usual), row.line)


# --- The sync -------------------------------------------------------------------------------------


def read_product_sync(block: Block) -> Act:
    """``sync products, in-use only, no azure``: what is made, adopted or priced; under it, what must hold."""
    rules = _rules(block)
    statements = list(_statements(block))

    def sync(month: Month) -> None:
        __tracebackhide__ = True
        plan = _plan(month, rules)
        compare(block, statements, Seen(list(_rows(plan)), notes=tuple(plan.notes), counts=_counts(plan)))

    return sync


def _statements(block: Block) -> Iterator[Statement]:
    notes: dict[str, list[str]] = {"says": []}
    counts, table = "unchanged 0, skipped 0, failed 0", None
    for part in block.body:
        if isinstance(part, Table):
            table = part
        elif part.text.startswith("unchanged "):
            counts = part.text
        else:
            read_note(part, notes)
    yield Lines.read(table, PRODUCTS) if table else Lines(("done", "product"), [])
    yield Counts(counts)
    yield from (Says(word, texts) for word, texts in notes.items())


def _rules(block: Block) -> ProductRules:
    """The program's settings: all products, taxed, unless its words say otherwise."""
    words = split_outside_quotes(block.head.text)[1:]
    for word in words:
        read_word(word, block.head, SYNC_WORDS)
    return ProductRules(
        all_products="in-use only" not in words,
        in_use=frozenset(),
        sync_azure="no azure" not in words,
        sync_annual="no annual" not in words,
        taxable="not taxed" not in words,
    )


def _plan(of: Month, rules: ProductRules) -> ProductPlan:
    told = ProductRules(rules.all_products, of.in_use, rules.sync_azure, rules.sync_annual, rules.taxable)
    return plan_products(of.price_list, of.target_products, told)


def _rows(plan: ProductPlan) -> Iterator[Shown]:
    for change in plan.changes:
        done = DONE[change.action, change.adopts]
        cells = {
            "done": done,
            "product": str(change.product_id),
            "target": str(change.target_id or ""),
            "key": change.key,
            "name": change.name,
            "description": change.description,
            "cost": show_money(change.cost),
            "retail": show_money(change.retail),
            "taxed": "yes" if change.taxable else "no",
            "why": change.reason,
        }
        yield Shown(done, cells)


def _counts(plan: ProductPlan) -> str:
    return f"unchanged {plan.unchanged}, skipped {plan.skipped}, failed {plan.failed}"
