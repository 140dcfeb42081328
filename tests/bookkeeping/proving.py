"""Work through a text and compare what it says with what happened: ``prove`` is all that a test calls."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator

from tests.bookkeeping.account import take_account
from tests.bookkeeping.acts import (
    read_copy,
    read_decide,
    read_delete,
    read_edit,
    read_forget,
    read_invoice,
    read_mapping,
    read_product,
    read_settings,
    read_subscription,
    read_subscriptions,
    read_template,
    read_undecide,
)
from tests.bookkeeping.cells import read_month, show_money, show_month, split_outside_quotes
from tests.bookkeeping.month import Act, Month
from tests.bookkeeping.outcome import Shown, lines_after, lines_of_invoices
from tests.bookkeeping.pricing import (
    counts_of,
    plan_of,
    read_price_list,
    read_target_products,
    rows_of,
    rules_of,
)
from tests.bookkeeping.statements import (
    CHARGES,
    PRODUCTS,
    Because,
    Billed,
    Charged,
    Counts,
    Lines,
    NoLines,
    NothingWritten,
    Says,
    Seen,
    Statement,
    Waits,
)
from tests.bookkeeping.target import NOTHING, Unclear
from tests.bookkeeping.text import Block, Line, Table, read_blocks

PROVING = ("sync", "sync products", "charges")


class TablesDiffer(AssertionError):
    """What happened is not what the text says."""


def prove(*texts: str) -> Month:
    """Work through the steps of these texts; raises ``TablesDiffer`` at the first that came out otherwise.

    Raises ``Unreadable`` where the text cannot be understood, and where it proves nothing.
    """
    __tracebackhide__ = True
    blocks = read_blocks("\n".join(map(textwrap.dedent, texts)))
    steps = [(block.head, _read(block)) for block in blocks]
    if not any(block.body for block in blocks if block.head.text.split(",")[0] in PROVING):
        last = blocks[-1].head if blocks else Line(1, "")
        raise last.unreadable("this text proves nothing", "Write under a sync what must hold after it.")
    month = Month()
    months = [found[1] for block in blocks if (found := re.match(r"invoice \S+ for (\w{3} \d{4})", block.head.text))]
    if months:
        month.books.first_month = min(read_month(text, blocks[0].head) for text in months)
    for head, step in steps:
        try:
            step(month)
        except Unclear as unclear:
            raise head.unreadable(unclear.problem, unclear.cure) from unclear
    return month


def _read(block: Block) -> Act:
    word = block.head.text.split()[0].rstrip(":,")
    if word not in _STEPS:
        raise block.head.unreadable(f"there is no step “{word}”", f"One of: {', '.join(_STEPS)}")
    return _STEPS[word](block)


# --- Steps that prove -----------------------------------------------------------------------------


def read_sync(block: Block) -> Act:
    """``sync``: the product plans and writes; under it, what must hold then."""
    if split_outside_quotes(block.head.text)[0] == "sync products":
        return read_product_sync(block)
    words = split_outside_quotes(block.head.text)[1:]
    for word in words:
        if word not in _SYNC_WORDS:
            raise block.head.unreadable(f"“{word}” means nothing here", f"One of: {', '.join(_SYNC_WORDS)}")
    statements = list(_statements(block, words)) if block.body else []
    nothing = any(isinstance(statement, NothingWritten) for statement in statements)

    def sync(month: Month) -> None:
        __tracebackhide__ = True
        if nothing and not month.has_written:
            raise Unclear("nothing was written before either", "Show first, in the same text, that something could be.")
        waits = "Approval is required." if "the plan waits" in words else ""
        fails = "no write succeeds" in words
        month.last = month.books.sync(waits=waits, writes_succeed=not fails)
        month.has_written |= bool(month.last.writes)
        _compare(block, statements, _seen(month))
        _always(block.head, month, settled=not (month.last.waits or fails))

    return sync


_SYNC_WORDS = ("in this order", "among others", "the plan waits", "no write succeeds")


def _statements(block: Block, words: list[str]) -> Iterator[Statement]:
    notes: dict[str, list[str]] = {"says": []}
    reasons: dict[str, list[str]] = {}
    waits = ""
    for part in block.body:
        if isinstance(part, Table):
            yield Lines.read(part, in_order="in this order" in words, among_others="among others" in words)
        elif isinstance(made := _sentence(part), Because):
            reasons.setdefault(made.bucket, []).extend(made.reasons)
        elif made is not None:
            yield made
        elif part.text.startswith("waits: "):
            waits = part.text.removeprefix("waits: ")
        else:
            _note(part, notes)
    for bucket, texts in reasons.items():
        yield Because(bucket, sorted(texts))
    yield Waits(waits or ("Approval is required." if "the plan waits" in words else ""))
    for word, texts in notes.items():
        yield Says(word, [text for text in texts if text != "nothing"])


def _sentence(line: Line) -> Statement | None:
    if line.text == "nothing is written":
        return NothingWritten()
    if line.text == "no lines":
        return NoLines()
    return Charged.read(line) or Billed.read(line) or Because.read(line)


def _note(line: Line, notes: dict[str, list[str]]) -> None:
    word, _, text = line.text.partition(" ")
    if word not in ("says", "reminds") or not text:
        raise line.unreadable(
            "this sentence says nothing",
            "Write: charged 12.00 = synced 12.00, billed 0.00, to bill 12.00, says CODE, reminds CODE, waits: WHY, "
            "BUCKET because WHY, nothing is written, no lines",
        )
    notes.setdefault(word, []).append(text)


def read_generate(block: Block) -> Act:
    """``generate``, or ``generate Fabrikam monthly``: templates make invoices, whose lines a table may tell."""
    name = block.head.text.partition(" ")[2]
    table = block.only_table()
    statements: list[Statement] = [Lines.read(table)] if table else []

    def generate(month: Month) -> None:
        __tracebackhide__ = True
        target = month.books.target
        named = {one.template_id: one.name for one in target.templates.values()}
        chosen = [number for number, full in named.items() if not name or full == name or full.endswith(f" {name}")]
        if not chosen:
            raise Unclear(f"there is no template “{name}”", f"Templates: {', '.join(named.values()) or 'none yet'}")
        invoices = target.generate(chosen)
        _compare(block, statements, Seen(lines_of_invoices(month.books, invoices), _namer(month)))

    return generate


def read_charges(block: Block) -> Act:
    """``charges``: what each row of the invoices is taken for, told before anything is planned."""
    table = block.only_table()
    if table is None:
        raise block.head.unreadable("this compares nothing", "Write a table of the charges under it.")
    statement = Lines.read(table, CHARGES)

    def look(month: Month) -> None:
        __tracebackhide__ = True
        month.books.import_invoices()
        _compare(block, [statement], Seen(list(_charges(month))))

    return look


def _charges(month: Month) -> Iterator[Shown]:
    for charge in month.books.charges:
        cells = {
            "row": str(charge.line - 1),
            "subscription": charge.row.subscription,
            "customer": charge.customer,
            "motion": charge.motion,
            "kind": charge.verdict.kind.value.replace("_", "-"),
            "period": show_month(charge.verdict.period),
            "product": charge.product,
            "amount": show_money(charge.row.retail_amount),
            "problem": charge.verdict.problem,
        }
        yield Shown("", cells)


def read_product_sync(block: Block) -> Act:
    """``sync products``: what is made, adopted or priced; under it, what must hold."""
    rules = rules_of(block)
    statements = list(_product_statements(block))

    def sync(month: Month) -> None:
        __tracebackhide__ = True
        plan = plan_of(month, rules)
        _compare(block, statements, Seen(list(rows_of(plan)), notes=tuple(plan.notes), counts=counts_of(plan)))

    return sync


def _product_statements(block: Block) -> Iterator[Statement]:
    notes: dict[str, list[str]] = {"says": []}
    counts, table = "unchanged 0, skipped 0, failed 0", None
    for part in block.body:
        if isinstance(part, Table):
            table = part
        elif part.text.startswith("unchanged "):
            counts = part.text
        else:
            _note(part, notes)
    yield Lines.read(table, PRODUCTS) if table else Lines(("done", "product"), [])
    yield Counts(counts)
    yield from (Says(word, [text for text in texts if text != "nothing"]) for word, texts in notes.items())


_STEPS: dict[str, Callable[[Block], Act]] = {
    "invoice": read_invoice,
    "subscription": read_subscription,
    "subscriptions": read_subscriptions,
    "product": read_product,
    "settings": read_settings,
    "mapping": read_mapping,
    "template": read_template,
    "edit": read_edit,
    "delete": read_delete,
    "copy": read_copy,
    "forget": read_forget,
    "decide": read_decide,
    "undecide": read_undecide,
    "generate": read_generate,
    "sync": read_sync,
    "charges": read_charges,
    "price": read_price_list,
    "target": read_target_products,
}


# --- Comparing ------------------------------------------------------------------------------------


def _seen(month: Month) -> Seen:
    books, synced = month.books, month.last
    assert synced is not None
    return Seen(
        lines=lines_after(books, synced),
        template_name=_namer(month),
        account=take_account(books),
        notes=tuple(synced.plan.notes),
        waits=synced.waits,
        billed=books.billed(),
        to_bill=books.to_bill(),
    )


def _namer(month: Month) -> Callable[[str], str]:
    return lambda name: month.books.target.find_template(name).name


def _compare(block: Block, statements: list[Statement], seen: Seen) -> None:
    __tracebackhide__ = True
    compared = [statement.compare(seen) for statement in statements]
    if all(one.same for one in compared):
        return
    said = [line for one in compared for line in _padded(one.said, one.found)]
    found = [line for one in compared for line in _padded(one.found, one.said)]
    raise TablesDiffer(
        f"line {block.head.number}: after “{block.head.text}” it is not as the text says\n\n"
        + "\n".join(_beside(said, found))
        + "\n\nAs it is now, to be pasted:\n\n"
        + "\n".join([block.head.text, *(f"  {line}" for line in found if line)])
    )


def _padded(lines: list[str], others: list[str]) -> list[str]:
    return lines + [""] * (len(others) - len(lines))


def _beside(said: list[str], found: list[str]) -> Iterator[str]:
    width = max(len(line) for line in ["expected", *said])
    yield f"  {'expected'.ljust(width)}   ‖ got"
    for left, right in zip(said, found, strict=True):
        yield f"{' ' if left == right else '>'} {left.ljust(width)}   ‖ {right}".rstrip()


def _always(head: Line, month: Month, *, settled: bool) -> None:
    """What must hold after every sync, whatever its text says."""
    __tracebackhide__ = True
    cost, retail = take_account(month.books).difference()
    if (cost, retail) != NOTHING:
        raise TablesDiffer(
            f"line {head.number}: the books do not balance after “{head.text}”: the buckets come to "
            f"{show_money(retail)} more than is charged (cost: {show_money(cost)})"
        )
    if not settled:
        return
    changes = [change for change in month.books.plan().changes if change.action.writes and not change.hold]
    if changes:
        what = ", ".join(f"{change.action.label} “{change.what}”" for change in changes)
        raise TablesDiffer(f"line {head.number}: planned again at once after “{head.text}”, it would: {what}")
