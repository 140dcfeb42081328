"""A text as steps and tables.

A line at the margin begins a step; what is indented under it belongs to it. Lines with ``|`` are a
table, of which the first names the columns. ``#`` begins a remark of a whole line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby


class Unreadable(Exception):
    """A line that says nothing that could be done or compared; the text names the line and the cure."""

    def __init__(self, number: int, text: str, problem: str, cure: str) -> None:
        super().__init__(f"line {number}: {problem}\n    {text}\n  {cure}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``number`` is its place in the text, the first being 1."""

    number: int
    text: str

    def unreadable(self, problem: str, cure: str) -> Unreadable:
        """The error that says so of this line."""
        return Unreadable(self.number, self.text, problem, cure)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: texts by the name of their column, "" where a cell is blank."""

    line: Line
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows, in their order."""

    line: Line
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A step as it is written: its head, and what is indented under it."""

    head: Line
    body: tuple[Line | Table, ...]

    def only_table(self) -> Table | None:
        """The table of a step that can have one table and nothing else under it."""
        for part in self.body:
            if isinstance(part, Line):
                raise part.unreadable("this step has no such line under it", "Put it at the margin, or take it away.")
        if len(self.body) > 1:
            raise self.head.unreadable("this step has two tables", "Make one of them, with all columns.")
        return self.body[0] if self.body and isinstance(self.body[0], Table) else None

    def no_body(self) -> None:
        """Refuse anything under a step that says all in its head."""
        if table := self.only_table():
            raise table.line.unreadable("this step has no table", "Take it away.")


def read_blocks(text: str) -> list[Block]:
    """The steps of a text."""
    lines = [line for line in _lines(text) if not line.text.strip().startswith("#")]
    blocks: list[tuple[Line, list[Line]]] = []
    for line in lines:
        if not line.text.startswith(" "):
            blocks.append((line, []))
        elif blocks:
            blocks[-1][1].append(Line(line.number, line.text.strip()))
        else:
            raise line.unreadable("this line belongs to no step", "Begin with a step at the margin: invoice, sync ...")
    return [Block(head, tuple(_parts(body))) for head, body in blocks]


def check_columns(table: Table, known: tuple[str, ...]) -> None:
    """Refuse a column that means nothing."""
    for name in table.columns:
        if name not in known:
            raise table.line.unreadable(f"there is no column “{name}”", f"One of: {', '.join(known)}")


def _lines(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield Line(number, line.rstrip())


def _parts(body: list[Line]) -> Iterator[Line | Table]:
    for is_table, lines in groupby(body, key=lambda line: "|" in line.text):
        if is_table:
            yield _table(list(lines))
        else:
            yield from lines


def _table(lines: list[Line]) -> Table:
    head, *rows = lines
    columns = _cells(head)
    for name in columns:
        if columns.count(name) > 1:
            raise head.unreadable(f"two columns are called “{name}”", "Take one of them away.")
    return Table(head, columns, tuple(_row(line, columns) for line in rows))


def _row(line: Line, columns: tuple[str, ...]) -> Row:
    cells = _cells(line)
    if len(cells) != len(columns):
        raise line.unreadable(
            f"this row has {len(cells)} cells, the table {len(columns)} columns", f"Columns: {' | '.join(columns)}"
        )
    return Row(line, dict(zip(columns, cells, strict=True)))


def _cells(line: Line) -> tuple[str, ...]:
    """Between the bars; one at the very beginning makes a table of a single column."""
    return tuple(cell.strip() for cell in line.text.removeprefix("|").split("|"))
