"""Tables as statements: exactly these rows, in the columns that they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.bookkeeping.cells import read_money, read_number, read_word, show_money, show_number
from tests.bookkeeping.outcome import STANDING
from tests.bookkeeping.statements import Compared, Seen
from tests.bookkeeping.text import Line, Table, check_columns

_MONEY = ("cost", "retail", "total cost", "total", "amount")
_RIGHT = (*_MONEY, "seats", "row")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a table may tell; ``words`` are all that some of its columns can say."""

    names: tuple[str, ...]
    words: dict[str, tuple[str, ...]]


LINES = Columns(
    ("done", "template", "subscription", "line", "kind", "seats", "cost", "retail", "total cost", "total",
     "product", "taxed", "place", "description", "why"),
    {
        "done": ("added", "changed", "removed", "stays", "waits", "removal waits", "fails"),
        "kind": ("recurring", "once"),
        "taxed": ("yes", "no"),
    },
)  # fmt: skip
CHARGES = Columns(
    (
        "row",
        "subscription",
        "customer",
        "motion",
        "kind",
        "period",
        "product",
        "amount",
        "unit",
        "motion by",
        "problem",
    ),
    {"kind": ("recurring", "proration", "usage", "one-time", "credit", "unknown")},
)
PRODUCTS = Columns(
    ("done", "product", "target", "key", "name", "description", "cost", "retail", "taxed", "why"),
    {"done": ("created", "priced", "adopted", "adopted and priced"), "taxed": ("yes", "no")},
)


@dataclass(frozen=True, slots=True)
class Lines:
    """Exactly these lines, in any order; without ``done`` only those that stand on a template."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    in_order: bool = False
    among_others: bool = False

    @classmethod
    def read(cls, table: Table, columns: Columns = LINES, **how: bool) -> Lines:
        """A table as it is written."""
        check_columns(table, columns.names)
        rows = [tuple(_plain(name, row.cells[name], row.line, columns) for name in table.columns) for row in table.rows]
        return cls(table.columns, rows, **how)

    def compare(self, seen: Seen) -> Compared:
        """Both tables; rows that are the same stand beside each other."""
        said, rows = self._named(seen), self._rows(seen)
        same = said == rows if self.in_order else Counter(said) == Counter(rows)
        if self.among_others:
            same = Counter(said) <= Counter(rows)
        if not self.in_order:
            rows = _in_order_of(said, rows)
        widths = column_widths([self.columns, *said, *rows])
        return Compared(show_table(self.columns, said, widths), show_table(self.columns, rows, widths), same)

    def _rows(self, seen: Seen) -> list[tuple[str, ...]]:
        shown = [line for line in seen.lines if "done" in self.columns or line.done in ("", *STANDING)]
        return [tuple(line.cells[name] for name in self.columns) for line in shown]

    def _named(self, seen: Seen) -> list[tuple[str, ...]]:
        """The rows as they are said, with the templates' whole names."""
        if "template" not in self.columns:
            return self.rows
        place = self.columns.index("template")
        return [(*row[:place], seen.template_name(row[place]), *row[place + 1 :]) for row in self.rows]


def _plain(column: str, text: str, line: Line, columns: Columns) -> str:
    """A cell as it is compared: ``12.500`` and ``12.50`` are the same money."""
    if column in columns.words:
        return read_word(text, line, columns.words[column])
    if column in _MONEY and text:
        return show_money(read_money(text, line))
    return show_number(read_number(text, line)) if column == "seats" and text else text


def _in_order_of(said: list[tuple[str, ...]], rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows, those that were said in their place and the others where there is room."""
    others = [row for row in rows if row not in said]
    left = Counter(rows)
    ordered = []
    for row in said:
        if left[row]:
            left[row] -= 1
            ordered.append(row)
        elif others:
            ordered.append(others.pop(0))
    return ordered + [row for row in (left - Counter(ordered)).elements() if row in said] + others


def column_widths(table: Sequence[Sequence[str]]) -> list[int]:
    """Of each column, the longest cell."""
    return [max(map(len, column)) for column in zip(*table, strict=True)]


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]) -> list[str]:
    """A table as people write it, numbers to the right."""
    shown = []
    for row in [columns, *rows]:
        cells = zip(columns, row, widths, strict=True)
        shown.append(" | ".join(c.rjust(w) if name in _RIGHT else c.ljust(w) for name, c, w in cells).rstrip())
    return shown
