"""What a cell says: money, numbers, days, months, and facts after a colon."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Collection
from decimal import Decimal

from tests.bookkeeping.text import Line

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONEY = re.compile(r"[+-]?\d+\.\d\d+")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_MONTH = re.compile(rf"({'|'.join(MONTHS)}) (\d{{4}})")
_DAY = re.compile(rf"(\d{{1,2}}) ({'|'.join(MONTHS)})(?: (\d{{4}}))?(?: (\d\d:\d\d:\d\d))?")
_QUOTED = re.compile(r'"([^"]*)"')
_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')  # outside quotes


def read_money(text: str, line: Line) -> Decimal:
    """``12.00`` in currency units; at least two decimals, so that nobody writes cents."""
    if not _MONEY.fullmatch(text):
        raise line.unreadable(f"“{text}” is no amount of money", "Write it with cents after a point: 12.00, -0.50")
    return Decimal(text)


def read_cents(text: str, line: Line) -> int:
    """``12.00`` as whole cents."""
    cents = read_money(text, line) * 100
    if cents != int(cents):
        raise line.unreadable(f"“{text}” is finer than a cent", "A line has whole cents.")
    return int(cents)


def read_number(text: str, line: Line) -> Decimal:
    """A quantity or a ratio."""
    if not _NUMBER.fullmatch(text):
        raise line.unreadable(f"“{text}” is no number", "Write digits, and a point before decimals: 12, -2, 0.5")
    return Decimal(text)


def read_month(text: str, line: Line) -> str:
    """``Oct 2026`` as ``2026-10``."""
    found = _MONTH.fullmatch(text)
    if found is None:
        raise line.unreadable(f"“{text}” is no month", "Write it so: Oct 2026")
    return f"{found[2]}-{MONTHS.index(found[1]) + 1:02}"


def read_moment(text: str, line: Line, *, year: int, zone: dt.tzinfo) -> dt.datetime:
    """``16 Oct`` or ``16 Oct 2027 23:59:59``: midnight where no time is said, of ``year`` where none is."""
    found = _DAY.fullmatch(text)
    if found is None:
        raise line.unreadable(f"“{text}” is no day", "Write it so: 16 Oct, 16 Oct 2026, or 16 Oct 2026 23:59:59")
    day, month, of_year, time = found.groups()
    number = MONTHS.index(month) + 1
    try:
        date = dt.date(int(of_year or year), number, int(day))
    except ValueError as impossible:
        raise line.unreadable(f"there is no {text}", "Look at the calendar.") from impossible
    local = dt.datetime.combine(date, dt.time.fromisoformat(time or "00:00:00"), tzinfo=zone)
    offset = local.utcoffset()
    assert offset is not None
    return local.replace(tzinfo=dt.timezone(offset))  # as a file has it: a number of hours, and no zone


def read_day(text: str, line: Line) -> dt.date:
    """``1 Nov 2026``."""
    if not re.search(r"\d{4}", text):
        raise line.unreadable(f"“{text}” has no year", "Write it so: 1 Nov 2026")
    return read_moment(text, line, year=1, zone=dt.UTC).date()


def read_yes(text: str, line: Line) -> bool:
    """``yes`` or ``no``."""
    return read_word(text, line, ("yes", "no")) == "yes"


def read_word(text: str, line: Line, words: Collection[str]) -> str:
    """One of a few words."""
    if text not in words:
        raise line.unreadable(f"“{text}” means nothing here", f"One of: {', '.join(words)}")
    return text


def read_facts(text: str, line: Line, keys: Collection[str], flags: Collection[str] = ()) -> dict[str, str]:
    """``seats 99, description "My words"`` by the keys that may be said, each at most once.

    ``flags`` are keys that stand for themselves.
    """
    facts: dict[str, str] = {}
    known = sorted([*keys, *flags], key=len, reverse=True)
    for part in _COMMA.split(text):
        fact = part.strip()
        key = next((key for key in known if f"{fact} ".startswith(f"{key} ")), None)
        if key is None:
            words = ", ".join([*keys, *flags])
            raise line.unreadable(f"“{fact}” begins with nothing that can be said here", f"One of: {words}")
        if key in facts:
            raise line.unreadable(f"“{key}” is said twice", "Say it once.")
        facts[key] = unquote(fact[len(key) :].strip())
        if bool(facts[key]) is (key in flags):
            raise line.unreadable(f"“{fact}” is not how it is said", f"Write “{key}” with a value, or without one.")
    return facts


def unquote(text: str) -> str:
    """The text between quotes, or the text as it is."""
    found = _QUOTED.fullmatch(text)
    return found[1] if found else text


def split_outside_quotes(text: str) -> list[str]:
    """The parts between commas, a quoted comma being none."""
    return [part.strip() for part in _COMMA.split(text)]


def show_money(amount: Decimal) -> str:
    """At least two decimals and no needless ones: ``12.50``, ``0.0123``."""
    normal = amount.normalize()
    exponent = normal.as_tuple().exponent
    assert isinstance(exponent, int)
    return f"{normal:.{max(2, -exponent)}f}" if normal else "0.00"


def show_number(number: Decimal) -> str:
    """Without needless zeros: ``12``, ``11.3``."""
    return f"{number.normalize():f}" if number else "0"


def show_month(month: str) -> str:
    """``2026-10`` as ``Oct 2026``; other periods as they are."""
    year, _, number = month.partition("-")
    return f"{MONTHS[int(number) - 1]} {year}" if number.isdecimal() else month


def last_day(month: str) -> int:
    """The number of days of ``2026-10``."""
    year, number = (int(part) for part in month.split("-"))
    return monthrange(year, number)[1]
