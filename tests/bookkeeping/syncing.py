"""Steps that are compared with what the text says: the sync, the invoices of the target, and the charges."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bookkeeping.account import take_account
from tests.bookkeeping.cells import show_money, show_month, split_outside_quotes
from tests.bookkeeping.comparing import check_always, compare
from tests.bookkeeping.month import Act, Month
from tests.bookkeeping.outcome import Shown, lines_after, lines_of_invoices
from tests.bookkeeping.sentences import (
    Because,
    Billed,
    Charged,
    Mentions,
    NoLines,
    NothingWritten,
    Says,
    Standing,
    ToBillOn,
    Waits,
    read_note,
)
from tests.bookkeeping.statements import Seen, Statement
from tests.bookkeeping.tables import CHARGES, LINES, Columns, Lines
from tests.bookkeeping.target import Unclear
from tests.bookkeeping.text import Block, Line, Table


def read_sync(block: Block) -> Act:
    """``sync``: the product plans and writes; under it, what must hold then."""
    words = split_outside_quotes(block.head.text)[1:]
    for word in words:
        if word not in _SYNC_WORDS:
            raise block.head.unreadable(f"“{word}” means nothing here", f"One of: {', '.join(_SYNC_WORDS)}")
    statements = list(_statements(block, words)) if block.body else []
    nothing = any(map(_says_nothing, statements))

    def sync(month: Month) -> None:
        __tracebackhide__ = True
        if nothing and not month.has_written:
            raise Unclear("nothing was written before either", "Show first, in the same text, that something could be.")
        waits = "Approval is required." if "the plan waits" in words else ""
        fails = "no write succeeds" in words
        month.last = month.books.sync(waits=waits, writes_succeed=not fails)
        month.has_written |= bool(month.last.writes)
        compare(block, statements, _seen(month))
        check_always(block.head, month, settled=not (month.last.waits or fails))

    return sync


def _says_nothing(statement: Statement) -> bool:
    return isinstance(statement, NothingWritten | NoLines) or (isinstance(statement, Lines) and not statement.rows)


_SYNC_WORDS = ("in this order", "among others", "whatever it says", "the plan waits", "no write succeeds")
_SENTENCES = (Charged, Billed, Standing, ToBillOn, Because, Mentions)


def _statements(block: Block, words: list[str]) -> Iterator[Statement]:
    anything = "whatever it says" in words
    notes: dict[str, list[str]] = {} if anything else {"says": []}
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
            read_note(part, notes)
    for bucket, texts in reasons.items():
        yield Because(bucket, sorted(texts))
    yield Waits(waits or ("Approval is required." if "the plan waits" in words else ""))
    yield from (Says(word, texts, anything) for word, texts in notes.items())


def _sentence(line: Line) -> Statement | None:
    if line.text == "nothing is written":
        return NothingWritten()
    if line.text == "no lines":
        return NoLines()
    return next((made for sentence in _SENTENCES if (made := sentence.read(line))), None)


def read_generate(block: Block) -> Act:
    """``generate``, or ``generate Fabrikam monthly``: templates make invoices, whose lines a table may tell."""
    name = block.head.text.partition(" ")[2]
    table = block.only_table()
    statements: list[Statement] = [_rows(block, table, LINES)] if table else []

    def generate(month: Month) -> None:
        __tracebackhide__ = True
        target = month.books.target
        named = {one.template_id: one.name for one in target.templates.values()}
        chosen = [number for number, full in named.items() if not name or full == name or full.endswith(f" {name}")]
        if not chosen:
            raise Unclear(f"there is no template “{name}”", f"Templates: {', '.join(named.values()) or 'none yet'}")
        invoices = target.generate(chosen)
        compare(block, statements, Seen(lines_of_invoices(month.books, invoices), _namer(month)))

    return generate


def read_charges(block: Block) -> Act:
    """``charges``: what each row of the invoices is taken for, told before anything is planned."""
    statement = _rows(block, block.only_table(), CHARGES)

    def look(month: Month) -> None:
        __tracebackhide__ = True
        month.books.import_invoices()
        compare(block, [statement], Seen(list(_charges(month))))

    return look


def _rows(block: Block, table: Table | None, columns: Columns) -> Lines:
    """A table that has rows: without any it would compare nothing."""
    if table is None or not table.rows:
        raise block.head.unreadable("this compares nothing", "Write a table with rows under it.")
    return Lines.read(table, columns)


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
            "unit": show_money(charge.verdict.unit.retail),
            "motion by": charge.verdict.cause or "",
            "problem": charge.verdict.problem,
        }
        yield Shown("", cells)


# --- What there is to see -------------------------------------------------------------------------


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
