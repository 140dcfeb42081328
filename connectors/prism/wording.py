"""PRISM's words and dates, as far as anybody has seen them: the one place that interprets texts.

The vendor publishes no reference for its values, so every list here is open and an unknown text
stays unknown.
"""

from __future__ import annotations

import datetime as dt
import re

from connectors.records import Cadence

CSP_PROGRAM_PREFIX = "microsoft csp"

_DATE = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.(?P<fraction>[0-9]{1,9}))?)?"
    r"\s?(?P<offset>[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_MONTH = re.compile(r"(?:\b(?P<count>[0-9]+|one|two|three|six|twelve)[ -]*)?month")
_YEAR = re.compile(r"annual|year|biennial|triennial")
_NOT_A_PLAIN_YEAR = re.compile(r"semi-?\s?annual|half-?\s?year|bi-?annual")
_ONE = frozenset({None, "1", "one"})
_WHOLE_YEARS = frozenset({"12", "24", "36", "60", "twelve"})
_NOT_FINAL = re.compile(
    r"\b(?:draft|estimated?|estimates|preliminary|provisional|pro-?forma|in progress"
    r"|not[ -]?final(?:ised|ized)?|unfinalised|unfinalized)\b"
)
_INACTIVE = re.compile(r"\b(?:in-?active|deactivated|disabled|deleted|removed|cancell?ed|terminated)\b")


def read_moment(text: str) -> dt.datetime | None:
    """An instant with up to nine fraction digits, cut to microseconds, in the offset it names.

    A text without offset is taken as UTC (assumption: the vendor does not say). None where the text
    is no ISO 8601 date.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    fraction = (match["fraction"] or "0").ljust(6, "0")[:6]
    offset = (match["offset"] or "Z").upper().replace("Z", "+00:00")
    try:
        return dt.datetime.fromisoformat(f"{match['date']}T{_with_seconds(match['time'])}.{fraction}{offset}")
    except ValueError:
        return None


def is_csp(program_name: str) -> bool:
    """Whether a program is Microsoft CSP, by the beginning of its name."""
    return program_name.strip().casefold().startswith(CSP_PROGRAM_PREFIX)


def cadence_of(billing_text: str) -> Cadence:
    """How often something is charged, by a billing cycle's words; codes and mixtures are unknown.

    In "One-Year commitment for monthly billing" only what follows "for" speaks of billing.
    """
    text = billing_text.casefold().rpartition(" for ")[2]
    months = _MONTH.search(text)
    years = _YEAR.search(text)
    if _NOT_A_PLAIN_YEAR.search(text) or (months and years):
        return Cadence.UNKNOWN
    if months and months["count"] in _ONE:
        return Cadence.MONTHLY
    if years or (months and months["count"] in _WHOLE_YEARS):
        return Cadence.ANNUAL
    return Cadence.UNKNOWN


def is_usage(*, display_template: str = "", unit: str = "") -> bool:
    """Whether a subscription or product is charged by use (Azure)."""
    return display_template.casefold() == "azure" or unit.casefold() in ("usage-based", "usage based")


def is_final(status: str) -> bool:
    """Whether an invoice is final: yes, unless its status clearly says otherwise."""
    text = status.casefold().strip()
    return text != "pending" and not _NOT_FINAL.search(text)


def is_active(status: str) -> bool:
    """Whether a tenant is in use: yes, unless its status clearly says otherwise."""
    return not _INACTIVE.search(status.casefold())


def _with_seconds(time: str | None) -> str:
    text = time or "00:00:00"
    return text if len(text) == len("00:00:00") else f"{text}:00"
