"""What a text says must hold, each with what was found said in the same words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from tests.bookkeeping.account import BUCKETS, Account
from tests.bookkeeping.cells import read_money, read_month, read_number, read_word, show_money, show_number
from tests.bookkeeping.outcome import STANDING, Shown
from tests.bookkeeping.product import Note
from tests.bookkeeping.target import Amount
from tests.bookkeeping.text import Line, Table, check_columns

SIDES = {"cost": 0, "retail": 1}
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
    ("row", "subscription", "customer", "motion", "kind", "period", "product", "amount", "problem"),
    {"kind": ("recurring", "proration", "usage", "one-time", "credit", "unknown")},
)
PRODUCTS = Columns(
    ("done", "product", "target", "key", "name", "description", "cost", "retail", "taxed", "why"),
    {"done": ("created", "priced", "adopted", "adopted and priced"), "taxed": ("yes", "no")},
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to see after a step."""

    lines: list[Shown]
    template_name: Callable[[str], str] = str
    account: Account | None = None
    notes: tuple[Note, ...] = ()
    waits: str = ""
    counts: str = ""
    billed: Amount = (Decimal(0), Decimal(0))
    to_bill: Amount = (Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Compared:
    """What was said and what was found, line by line; ``same`` where the second makes the first true."""

    said: list[str]
    found: list[str]
    same: bool

    @classmethod
    def of(cls, said: list[str], found: list[str]) -> Compared:
        """Of sentences, which must be the same."""
        return cls(said, found, said == found)


class Statement(Protocol):
    """One thing that is said of what was seen."""

    def compare(self, seen: Seen) -> Compared:
        """It as it is said, and as it were said if it was true."""


# --- Tables ---------------------------------------------------------------------------------------


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


# --- Money ----------------------------------------------------------------------------------------

_CHARGED = re.compile(r"charged( cost)?(?: of (.+?))? (-?\d+\.\d\d+) = (.+)")
_TERM = re.compile(rf"(^|[+-]) ?({'|'.join(BUCKETS)}) (-?\d+\.\d\d+)")


@dataclass(frozen=True, slots=True)
class Charged:
    """``charged 132.00 = synced 120.00 + held 12.00``: where every cent is. What is not named is nothing."""

    side: str
    of: str
    total: Decimal
    buckets: dict[str, Decimal]

    @classmethod
    def read(cls, line: Line) -> Charged | None:
        """None where the line says something else."""
        said = _CHARGED.fullmatch(line.text)
        if said is None:
            return None
        buckets: dict[str, Decimal] = {}
        for sign, bucket, amount in _TERM.findall(said[4]):
            buckets[bucket] = -Decimal(amount) if sign == "-" else Decimal(amount)
        made = cls("cost" if said[1] else "retail", said[2] or "", read_money(said[3], line), buckets)
        if _TERM.sub("", said[4]).strip():
            raise line.unreadable(f"“{_TERM.sub('', said[4]).strip()}” is no bucket", f"One of: {', '.join(BUCKETS)}")
        if made.total != sum(buckets.values()):
            right = show_money(sum(buckets.values(), Decimal(0)))
            raise line.unreadable(f"the right side comes to {right}", "Make both sides the same.")
        return made

    def compare(self, seen: Seen) -> Compared:
        """The account, as it is said and as it is."""
        assert seen.account is not None
        account = seen.account.of(_period(self.of)) if self.of else seen.account
        place = SIDES[self.side]
        sums = {name: amount[place] for name, amount in account.sums().items()}
        sums["rules"] = -sums["rules"]
        said = _charged(self.side, self.of, self.total, self.buckets)
        return Compared.of([said], [_charged(self.side, self.of, account.total[place], sums)])


def _period(text: str) -> str:
    return read_month(text, Line(0, text)) if re.fullmatch(r"\w{3} \d{4}", text) else text


def _charged(side: str, of: str, total: Decimal, buckets: dict[str, Decimal]) -> str:
    terms = ""
    for name in BUCKETS:
        if amount := buckets.get(name, Decimal(0)):
            sign = " - " if amount < 0 else " + "
            terms += f"{sign if terms or amount < 0 else ''}{name} {show_money(abs(amount))}"
    head = f"charged{' cost' if side == 'cost' else ''}{f' of {of}' if of else ''}"
    return f"{head} {show_money(total)} = {terms.strip() or 'synced 0.00'}"


_BILLED = re.compile(r"billed( cost)? (-?\d+\.\d\d+), to bill (-?\d+\.\d\d+)")


@dataclass(frozen=True, slots=True)
class Billed:
    """``billed 50.00, to bill 56.45``: our lines on all invoices so far, and on the templates now."""

    side: str
    billed: Decimal
    to_bill: Decimal

    @classmethod
    def read(cls, line: Line) -> Billed | None:
        """None where the line says something else."""
        said = _BILLED.fullmatch(line.text)
        return cls("cost" if said[1] else "retail", Decimal(said[2]), Decimal(said[3])) if said else None

    def compare(self, seen: Seen) -> Compared:
        """Both amounts, as they are said and as they are."""
        place = SIDES[self.side]
        said = _billed(self.side, self.billed, self.to_bill)
        return Compared.of([said], [_billed(self.side, seen.billed[place], seen.to_bill[place])])


def _billed(side: str, billed: Decimal, to_bill: Decimal) -> str:
    return f"billed{' cost' if side == 'cost' else ''} {show_money(billed)}, to bill {show_money(to_bill)}"


# --- Words ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Says:
    """``says conflict`` or ``says conflict: its text``: all that a person is told anew, and no more."""

    word: str  # says, or reminds
    notes: list[str]

    def compare(self, seen: Seen) -> Compared:
        """What is told, as short as it is said, in order of the alphabet."""
        told = [note for note in seen.notes if note.news is (self.word == "says")]
        return Compared.of(self._lines(self.notes), self._lines([self._shown(note) for note in told]))

    def _lines(self, notes: list[str]) -> list[str]:
        return [f"{self.word} {note}" for note in sorted(notes)] or [f"{self.word} nothing"]

    def _shown(self, note: Note) -> str:
        code = note.code.replace("_", " ")
        return code if code in self.notes else f"{code}: {note.text}"


@dataclass(frozen=True, slots=True)
class Because:
    """``excluded because Prorations: warn only``: all reasons for which money is in a bucket."""

    bucket: str
    reasons: list[str]

    @classmethod
    def read(cls, line: Line) -> Because | None:
        """None where the line says something else."""
        bucket, because, reason = line.text.partition(" because ")
        return cls(bucket, [reason]) if because and bucket in BUCKETS else None

    def compare(self, seen: Seen) -> Compared:
        """The reasons, as they are said and as they are."""
        assert seen.account is not None
        found = seen.account.reasons(self.bucket) or ["nothing"]
        return Compared.of(*([f"{self.bucket} because {one}" for one in sorted(x)] for x in (self.reasons, found)))


@dataclass(frozen=True, slots=True)
class Waits:
    """``waits: It would remove ...``: the whole plan waits for a person, and why; "" where it does not."""

    why: str

    def compare(self, seen: Seen) -> Compared:
        """Why it waits, as it is said and as it is."""
        return Compared.of(*([f"waits: {why}"] if why else [] for why in (self.why, seen.waits)))


@dataclass(frozen=True, slots=True)
class NothingWritten:
    """``nothing is written``: no line is added, changed or removed."""

    def compare(self, seen: Seen) -> Compared:
        """That, and what is written nevertheless."""
        written = [line for line in seen.lines if line.done in ("added", "changed", "removed")]
        found = [f"{line.done}: “{line.cells['line']}”" for line in written]
        return Compared.of(["nothing is written"], found or ["nothing is written"])


@dataclass(frozen=True, slots=True)
class Counts:
    """``unchanged 1, skipped 0, failed 0``: the products about which nothing is done."""

    text: str

    def compare(self, seen: Seen) -> Compared:
        """Their numbers, as they are said and as they are."""
        return Compared.of([self.text], [seen.counts])


@dataclass(frozen=True, slots=True)
class NoLines:
    """``no lines``: the templates are empty."""

    def compare(self, seen: Seen) -> Compared:
        """That, and the lines that stand nevertheless."""
        found = [f"a line: “{line.cells['line']}”" for line in seen.lines if line.done in STANDING]
        return Compared.of(["no lines"], found or ["no lines"])
