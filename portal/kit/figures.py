"""How amounts, quantities, dates and periods are written for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from money.words import ZERO

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
_DAY = "d MMM y"  # "5 Sep 2026"
DEFAULT_LOCALE = "en_US"

_HOME = Locale.parse(DEFAULT_LOCALE)
_locale: ContextVar[Locale] = ContextVar("figures_locale")


@contextmanager
def use_locale(name: str) -> Iterator[None]:
    """Write figures as this locale does while the block runs; an unknown name means ``en_US``."""
    try:
        locale = Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = _HOME
    token = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(token)


def write_money(amount: Decimal | None) -> str:
    """An amount with two decimals and a true minus sign, without its currency."""
    return NOTHING if amount is None else _signed(amount, "#,##0.00")


def write_price(amount: Decimal | None) -> str:
    """A unit price: two decimals, and as many more as it really has."""
    return NOTHING if amount is None else _signed(amount, "#,##0.00######")


def write_quantity(quantity: Decimal | None) -> str:
    """A quantity without needless decimals."""
    return NOTHING if quantity is None else _signed(quantity, "#,##0.########")


def money_html(amount: Decimal | None, word: str = "credit") -> SafeString:
    """``write_money`` for a page; a negative amount carries a word beside its minus."""
    text = write_money(amount)
    if amount is None or amount >= 0:
        return format_html('<span class="figure">{}</span>', text)
    return format_html('<span class="figure">{} <span class="word">{}</span></span>', text, word)


def pair_html(
    old: Decimal | None, new: Decimal | None, *, money: bool = False, word: str = "credit"
) -> SafeString | str:
    """An amount or a quantity before and after; what goes away is struck through.

    ``word`` is said of an amount below 0.
    """
    was = write_money if money else write_quantity
    if new is None:
        return NOTHING if old is None else format_html('<s class="was">{}</s>', was(old))
    becomes = money_html(new, word) if money else write_quantity(new)
    return becomes if old is None or old == new else change_html(was(old), becomes)


def change_html(old: str, new: str) -> SafeString:
    """What was, struck through, and what it becomes."""
    return format_html(
        '<s class="was">{}</s> <span class="arrow">→<span class="visually-hidden"> becomes </span></span> '
        '<span class="becomes">{}</span>',
        old,
        new,
    )


def write_period(period: str) -> str:
    """``2026-09`` as "Sep 2026"; ``2026-09-05/2027-09-04`` as both of its days."""
    if "/" in period:
        first, _, last = period.partition("/")
        return f"{_day(first)} {NOTHING} {_day(last)}"
    try:
        return write_month(dt.date.fromisoformat(f"{period}-01"))
    except ValueError:
        return period


def write_month(month: dt.date) -> str:
    """ "Sep 2026"."""
    return _write_day(month, "MMM y")


def write_month_name(month: dt.date) -> str:
    """ "Sep"."""
    return _write_day(month, "LLL")


def write_date(day: dt.date) -> str:
    """ "5 Sep 2026"."""
    return _write_day(day, _DAY)


def when_html(moment: dt.datetime | None) -> SafeString:
    """A time as a person says it ("today 05:02"); date and zone in full in the title."""
    if moment is None:
        return format_html("{}", NOTHING)
    zone, today = timezone.get_current_timezone_name(), timezone.localdate()
    return _formatted_when(timezone.localtime(moment), zone, today, _locale.get(_HOME))


def write_duration(seconds: float) -> str:
    """ "8 s", "4 min 10 s", "2 h 5 min", "3 days 4 h"."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days {hours % 24} h"
    if hours:
        return f"{hours} h {minutes_left} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _day_word(day: dt.date, today: dt.date, locale: Locale) -> str:
    words = {today: "today", today - dt.timedelta(days=1): "yesterday", today + dt.timedelta(days=1): "tomorrow"}
    if day in words:
        return words[day]
    return _formatted_date(day, "d MMM" if day.year == today.year else _DAY, locale)


def _day(text: str) -> str:
    try:
        return write_date(dt.date.fromisoformat(text))
    except ValueError:
        return text


def _signed(number: Decimal, pattern: str) -> str:
    return _formatted(number or ZERO, pattern, _locale.get(_HOME))  # of -0, which equals 0, the minus says nothing


def _write_day(day: dt.date, pattern: str) -> str:
    return _formatted_date(day, pattern, _locale.get(_HOME))


# What was written is kept: a page has hundreds of figures and dates, the same ones again and again,
# and each takes the library long.


@lru_cache(maxsize=2048)
def _formatted_when(local: dt.datetime, zone: str, today: dt.date, locale: Locale) -> SafeString:
    """``zone`` tells apart what is equal: the same moment in two zones."""
    return format_html(
        '<time datetime="{}" title="{}" class="nowrap">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{_formatted_date(local.date(), _DAY, locale)} {local:%H:%M:%S} {zone}",
        f"{_day_word(local.date(), today, locale)} {local:%H:%M}",
    )


@lru_cache(maxsize=2048)
def _formatted_date(day: dt.date, pattern: str, locale: Locale) -> str:
    return format_date(day, pattern, locale=locale)


@lru_cache(maxsize=8192)
def _formatted(number: Decimal, pattern: str, locale: Locale) -> str:
    return format_decimal(number, pattern, locale=locale).replace("-", MINUS)
