"""Sentences as statements: about money, about what people are told, and about nothing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tests.bookkeeping.account import BUCKETS
from tests.bookkeeping.cells import read_money, read_month, show_money
from tests.bookkeeping.outcome import STANDING, WRITTEN, Shown
from tests.bookkeeping.product import Note
from tests.bookkeeping.statements import Compared, Seen
from tests.bookkeeping.tables import column_widths, show_table
from tests.bookkeeping.target import Unclear
from tests.bookkeeping.text import Line

SIDES = {"cost": 0, "retail": 1}

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
        buckets: dict[str, Decimal] = defaultdict(Decimal)
        for sign, bucket, amount in _TERM.findall(said[4]):
            buckets[bucket] += -Decimal(amount) if sign == "-" else Decimal(amount)
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
        if self.of and not account.charged:
            raise Unclear(f"nothing is charged of “{self.of}”", "Name a month, a customer or a motion of the rows.")
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


_STANDING = re.compile(r"standing recurring (-?\d+\.\d\d), once (-?\d+\.\d\d)")


@dataclass(frozen=True, slots=True)
class Standing:
    """``standing recurring 65.00, once 5.00``: retail of our lines on all templates, where their number is free."""

    recurring: Decimal
    once: Decimal

    @classmethod
    def read(cls, line: Line) -> Standing | None:
        """None where the line says something else."""
        said = _STANDING.fullmatch(line.text)
        return cls(Decimal(said[1]), Decimal(said[2])) if said else None

    def compare(self, seen: Seen) -> Compared:
        """Both sums, as they are said and as they are."""
        ours = _our_lines(seen)
        recurring, once = (_total(one for one in ours if one.cells["kind"] == kind) for kind in ("recurring", "once"))
        return Compared.of([_standing(self.recurring, self.once)], [_standing(recurring, once)])


def _standing(recurring: Decimal, once: Decimal) -> str:
    return f"standing recurring {show_money(recurring)}, once {show_money(once)}"


_TO_BILL_ON = re.compile(r"to bill on (.+) (-?\d+\.\d\d)")


@dataclass(frozen=True, slots=True)
class ToBillOn:
    """``to bill on Fabrikam monthly 15.00``: retail of our lines on one template."""

    template: str
    to_bill: Decimal

    @classmethod
    def read(cls, line: Line) -> ToBillOn | None:
        """None where the line says something else."""
        said = _TO_BILL_ON.fullmatch(line.text)
        return cls(said[1], Decimal(said[2])) if said else None

    def compare(self, seen: Seen) -> Compared:
        """The amount, as it is said and as it is."""
        name = seen.template_name(self.template)
        found = _total(one for one in _our_lines(seen) if one.cells["template"] == name)
        return Compared.of(*([f"to bill on {self.template} {show_money(one)}"] for one in (self.to_bill, found)))


def _our_lines(seen: Seen) -> list[Shown]:
    """Lines that stand, without those that somebody typed in."""
    return [line for line in seen.lines if line.done in STANDING and line.cells["subscription"]]


def _total(lines: Iterable[Shown]) -> Decimal:
    return sum((Decimal(line.cells["total"]) for line in lines), Decimal(0))


# --- Words ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Says:
    """``says conflict`` or ``says conflict: its text``: all that a person is told anew, and no more.

    ``among_others``: what is said must be told, whatever else is told.
    """

    word: str  # says, or reminds
    notes: list[str]
    among_others: bool = False

    def compare(self, seen: Seen) -> Compared:
        """What is told, as short as it is said, in order of the alphabet."""
        told = [self._shown(note) for note in seen.notes if note.news is (self.word == "says")]
        if self.among_others and not Counter(self.notes) - Counter(told):
            told = self.notes
        return Compared.of(self._lines(self.notes), self._lines(told))

    def _lines(self, notes: list[str]) -> list[str]:
        return [f"{self.word} {note}" for note in sorted(notes)] or [f"{self.word} nothing"]

    def _shown(self, note: Note) -> str:
        code = note.code.replace("_", " ")
        return code if code in self.notes else f"{code}: {note.text}"


@dataclass(frozen=True, slots=True)
class Mentions:
    """``mentions 40.00``: somewhere in what a person is told anew, these words."""

    words: str

    @classmethod
    def read(cls, line: Line) -> Mentions | None:
        """None where the line says something else."""
        word, _, words = line.text.partition(" ")
        return cls(words) if word == "mentions" and words else None

    def compare(self, seen: Seen) -> Compared:
        """The words, or all that is told instead."""
        told = sorted(note.text for note in seen.notes if note.news)
        same = any(self.words in text for text in told)
        said = [f"mentions {self.words}"]
        return Compared(said, said if same else told or ["says nothing"], same)


def read_note(line: Line, notes: dict[str, list[str]]) -> None:
    """Add ``says CODE`` or ``reminds CODE: TEXT`` to what is said; ``says nothing`` adds none."""
    word, _, text = line.text.partition(" ")
    if word not in ("says", "reminds") or not text:
        raise line.unreadable(
            "this sentence says nothing",
            "Write: charged 12.00 = synced 12.00; billed 0.00, to bill 12.00; standing recurring 12.00, once 0.00; "
            "to bill on TEMPLATE 12.00; says CODE; reminds CODE; mentions WORDS; waits: WHY; BUCKET because WHY; "
            "nothing is written; no lines",
        )
    notes.setdefault(word, []).extend([] if text == "nothing" else [text])


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
        """That, or the table of what is."""
        if any(line.done in WRITTEN for line in seen.lines):
            return Compared(["nothing is written"], _table_of(seen.lines), same=False)
        return Compared.of(["nothing is written"], ["nothing is written"])


@dataclass(frozen=True, slots=True)
class NoLines:
    """``no lines``: the templates are empty."""

    def compare(self, seen: Seen) -> Compared:
        """That, or the table of those that stand."""
        standing = [line for line in seen.lines if line.done in STANDING]
        if standing:
            return Compared(["no lines"], _table_of(standing), same=False)
        return Compared.of(["no lines"], ["no lines"])


def _table_of(lines: list[Shown]) -> list[str]:
    columns = ("done", "line", "kind", "seats", "total")
    rows = [tuple(line.cells[name] for name in columns) for line in lines]
    return show_table(columns, rows, column_widths([columns, *rows]))


@dataclass(frozen=True, slots=True)
class Counts:
    """``unchanged 1, skipped 0, failed 0``: the products about which nothing is done."""

    text: str

    def compare(self, seen: Seen) -> Compared:
        """Their numbers, as they are said and as they are."""
        return Compared.of([self.text], [seen.counts])
