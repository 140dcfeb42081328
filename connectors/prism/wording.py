"""PRISM's words and dates, as far as anybody has seen them: the one place that interprets texts.

The vendor publishes no reference for its values, so every list here is open and an unknown text
stays unknown.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from connectors.edge.remembering import remember_short
from connectors.records import Cadence

CSP_PROGRAM_PREFIX = "microsoft csp"

_DATE = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.(?P<fraction>[0-9]{1,9}))?)?"
    r"\s?(?P<offset>[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_MONTH = re.compile(r"(?:\b(?P<count>[0-9]+|one|two|three|six|twelve)[ -]*)?month")
_YEAR = re.compile(r"annual|year|biennial|triennial")
_BY_SEVERAL_MONTHS = re.compile(r"semi-?\s?annual|half-?\s?year|bi-?annual|quarter")
_USAGE = re.compile(r"usage|consumption|metered|pay[ -]?as[ -]?you")
_ONCE = re.compile(r"\bone-?\s?time|\bonce\b|perpetual|non-?\s?recurring")
_SAYS_NOTHING = re.compile(r"[0-9]*|none|null|n/?a|-+")  # a bare number is a code that nobody published
_TERM = re.compile(r"(?:(?P<count>[0-9]{1,3}|one|two|three|six|twelve)[ -]*)?(?P<unit>month|year)|annual")
_LENGTH = r"p\d{1,2}[my]|(?:\d{1,2}|one|two|three|six|twelve)[ -](?:month|year)s?"
_CYCLE = r"(?:monthly|quarterly|semi-?annual(?:ly)?|half-?yearly|annual(?:ly)?|yearly|triennial(?:ly)?)"
# Between these stand the words about term and cycle, apart from the product's own name ("10-Year Retention").
_CLAUSE_END = re.compile(r"\s[-–—]\s|[,;|()]|\bfor\b|\b(?:billed|paid)\b", re.IGNORECASE)
_CLAUSE = re.compile(
    rf"(?:(?P<term>{_LENGTH})(?:[ -](?:term|commitment|subscription))?)?(?: ?(?P<cycle>{_CYCLE})(?: billing)?)?",
    re.IGNORECASE,
)
_ONE = frozenset({None, "1", "one"})
_COUNTS = {"one": 1, "two": 2, "three": 3, "six": 6, "twelve": 12}
_NOT_FINAL = re.compile(
    r"\b(?:draft|estimated?|estimates|preliminary|provisional|pro-?forma|in progress"
    r"|not[ -]?final(?:ised|ized)?|unfinalised|unfinalized)\b"
)
_INACTIVE = re.compile(r"\b(?:in-?active|deactivated|disabled|deleted|removed|cancell?ed|terminated)\b")


@remember_short
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

    In "One-Year commitment for monthly billing" only what follows "for" speaks of billing, where it does.
    """
    text = billing_text.casefold()
    told = _cadence_in(text.rpartition(" for ")[2])
    return told or (Cadence.UNKNOWN if _is_ambiguous(text.rpartition(" for ")[2]) else _cadence_in(text))


@remember_short
def cadence_of_row(cycle: str, term: str) -> Cadence:
    """How often a row is charged, by the words of its own cycle, else by a term that says one-time.

    A cycle that is in words which nobody can read is *unreadable*. One that says two things at once, as
    Microsoft's "monthly/yearly billing" does, says nothing, like a code.
    """
    text = cycle.casefold().strip()
    if _ONCE.search(text) or (_SAYS_NOTHING.fullmatch(text) and _ONCE.search(term.casefold())):
        return Cadence.ONE_TIME
    told = cadence_of(cycle)
    if told or _SAYS_NOTHING.fullmatch(text) or _is_ambiguous(text.rpartition(" for ")[2]):
        return told
    return Cadence.UNREADABLE


@remember_short
def months_of_term(term: str) -> int:
    """The length of a term in months: ``1 Year`` is 12; 0 where it cannot be read."""
    found = _TERM.search(term.casefold())
    if found is None:
        return 0
    count = found["count"] or "1"
    return (_COUNTS.get(count) or int(count)) * (1 if found["unit"] == "month" else 12)


def term_and_cycle(term: str, cycle: str, *texts: str) -> tuple[str, str]:
    """Term and billing cycle of an offer: its own fields, else what its name or short description says.

    A field that holds a code says nothing, and two that name the same length tell one of the two: then
    ``texts`` decide ("Suite - 1 Year - Monthly", "1 year term, billed monthly", P1Y). Where they say
    nothing either, the fields stay as they are.
    """
    same = months_of_term(term) == months_of_term(cycle) != 0
    if not (same or _says_nothing(term) or _says_nothing(cycle)):
        return term, cycle
    told_term, told_cycle = _told(texts, "term"), _told(texts, "cycle")
    return (
        (told_term if same or _says_nothing(term) else "") or term,
        (told_cycle if same or _says_nothing(cycle) else "") or cycle,
    )


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


def _says_nothing(text: str) -> bool:
    return _SAYS_NOTHING.fullmatch(text.casefold().strip()) is not None


def _told(texts: Iterable[str], word: str) -> str:
    """The first term, or billing cycle, of these texts."""
    clauses = (clause.strip() for text in texts for clause in _CLAUSE_END.split(text))
    found = (match[word] for match in map(_CLAUSE.fullmatch, clauses) if match)
    return next((text for text in found if text), "")


def _cadence_in(text: str) -> Cadence:
    if _is_ambiguous(text):
        return Cadence.UNKNOWN
    months = _MONTH.search(text)
    if _BY_SEVERAL_MONTHS.search(text) or _YEAR.search(text) or (months and months["count"] not in _ONE):
        return Cadence.ANNUAL
    if months:
        return Cadence.MONTHLY
    return Cadence.USAGE if _USAGE.search(text) else Cadence.UNKNOWN


def _is_ambiguous(text: str) -> bool:
    return bool(_MONTH.search(text) and _YEAR.search(text))


def _with_seconds(time: str | None) -> str:
    text = time or "00:00:00"
    return text if len(text) == len("00:00:00") else f"{text}:00"
