"""Which customers of the target may be the same as one of the source. Suggested, never applied."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

from rapidfuzz import fuzz, process

SAME_EMAIL = 100
SAME_DOMAIN = 95
SAME_NAME = 100
LEAST_SCORE = 75
_REMEMBERED = 20_000  # names that were normalised lately: the same ones come with every page
_FOUND = 2_000  # customers for whom candidates were found lately
_CLOSEST = 20  # names that are looked at more closely

# Words that say what kind of company it is, not which one.
_LEGAL_FORMS = frozenset(
    [
        "ab",
        "ag",
        "as",
        "aps",
        "asa",
        "bv",
        "bvba",
        "co",
        "company",
        "corp",
        "corporation",
        "gmbh",
        "group",
        "holding",
        "holdings",
        "inc",
        "incorporated",
        "kg",
        "kk",
        "limited",
        "llc",
        "llp",
        "ltd",
        "lp",
        "nv",
        "oy",
        "oyj",
        "plc",
        "pte",
        "pty",
        "sa",
        "sarl",
        "sas",
        "sl",
        "spa",
        "srl",
        "the",
    ]
)
# Addresses at these say nothing about the company.
_PUBLIC_MAIL = frozenset(
    [
        "aol.com",
        "gmail.com",
        "gmx.com",
        "gmx.de",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.com",
        "me.com",
        "msn.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "web.de",
        "yahoo.com",
    ]
)
_TENANT_SUFFIXES = (".onmicrosoft.com", ".partner.onmschina.cn")


class Named(Protocol):
    """Anything with a company's name and address of contact."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...


class NamedTenant(Named, Protocol):
    """A customer of the source."""

    @property
    def domain(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A likely match; ``score`` is 0 to 100, ``reasons`` are words for people."""

    candidate: Named
    score: int
    reasons: tuple[str, ...]


class Matcher:
    """Candidates made ready once, to be compared with many customers; what was found is remembered."""

    def __init__(self, candidates: Iterable[Named]) -> None:
        self._known = [_Known.of(candidate) for candidate in candidates]
        self._sorted_names = [known.sorted_name for known in self._known]
        self._run_together = [known.run_together for known in self._known]
        self._by_address: dict[str, list[int]] = defaultdict(list)
        for place, known in enumerate(self._known):
            for address in {known.email, known.domain} - {""}:
                self._by_address[address].append(place)
        self._likely = lru_cache(maxsize=_FOUND)(self._find_likely)

    def suggest(self, customer: NamedTenant, *, limit: int = 5) -> list[Suggestion]:
        """The likeliest candidates first, at most 20; those that share nothing are left out."""
        return list(self._likely(customer.name, customer.domain, customer.email)[:limit])

    def _find_likely(self, name: str, domain: str, email: str) -> tuple[Suggestion, ...]:
        wanted = _Traits.of_tenant(name, domain, email)
        judged = (_judge(wanted, self._known[place]) for place in self._worth_a_look(wanted))
        likely = [suggestion for suggestion in judged if suggestion.score >= LEAST_SCORE]
        return tuple(sorted(likely, key=lambda found: (-found.score, found.candidate.name.casefold()))[:_CLOSEST])

    def _worth_a_look(self, wanted: _Traits) -> set[int]:
        """Places of those with a close name, or with the same address or domain."""
        least = LEAST_SCORE - 0.5  # scores are rounded
        found = process.extract(
            wanted.sorted_name, self._sorted_names, scorer=fuzz.ratio, score_cutoff=least, limit=_CLOSEST
        )
        if wanted.tenant_name:
            found += process.extract(
                wanted.tenant_name, self._run_together, scorer=fuzz.ratio, score_cutoff=least, limit=_CLOSEST
            )
        places = {place for _, _, place in found}
        for address in {wanted.email, *wanted.domains} - {""}:
            places.update(self._by_address.get(address, ()))
        return places


@lru_cache(maxsize=_REMEMBERED)
def normalise_name(name: str) -> str:
    """A company's name without accents, punctuation and legal form, in lower case."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall(r"\w+", "".join(sign for sign in plain if not unicodedata.combining(sign)).replace("&", " and "))
    kept = [word for word in words if word not in _LEGAL_FORMS]
    return " ".join(kept or words)


@lru_cache(maxsize=_REMEMBERED)
def _sort_words(name: str) -> str:
    """Names of which only the order of words differs become the same."""
    return " ".join(sorted(name.split()))


@lru_cache(maxsize=_REMEMBERED)
def _run_together(name: str) -> str:
    """A name as the name of a tenant has it."""
    return name.replace(" ", "")


@dataclass(frozen=True, slots=True)
class _Traits:
    name: str
    sorted_name: str
    email: str
    domains: frozenset[str]
    tenant_name: str  # "northwind" of northwind.onmicrosoft.com

    @classmethod
    def of_tenant(cls, name: str, domain: str, email: str) -> _Traits:
        name, domain = normalise_name(name), domain.strip().casefold()
        tenant = next((domain.removesuffix(end) for end in _TENANT_SUFFIXES if domain.endswith(end)), "")
        domains = {"" if tenant else domain, _mail_domain(email)} - {""}
        return cls(name, _sort_words(name), email.strip().casefold(), frozenset(domains), tenant)


class _Known(NamedTuple):
    candidate: Named
    name: str
    sorted_name: str
    run_together: str
    email: str
    domain: str

    @classmethod
    def of(cls, candidate: Named) -> _Known:
        name, email = normalise_name(candidate.name), candidate.email.strip().casefold()
        return cls(candidate, name, _sort_words(name), _run_together(name), email, _mail_domain(email))


def _judge(wanted: _Traits, known: _Known) -> Suggestion:
    scores = {"similar name": _name_score(wanted, known)}
    if scores["similar name"] >= SAME_NAME:
        scores = {"same name": SAME_NAME}
    if known.email and known.email == wanted.email:
        scores["same e-mail address"] = SAME_EMAIL
    elif known.domain and known.domain in wanted.domains:
        scores["same domain"] = SAME_DOMAIN
    reasons = tuple(reason for reason, score in scores.items() if score >= LEAST_SCORE)
    return Suggestion(known.candidate, max(scores.values()), reasons)


def _name_score(wanted: _Traits, known: _Known) -> int:
    if not known.name:
        return 0
    if wanted.name and known.name == wanted.name:
        return SAME_NAME
    close = fuzz.ratio(wanted.sorted_name, known.sorted_name)
    as_tenant = fuzz.ratio(wanted.tenant_name, known.run_together) if wanted.tenant_name else 0.0
    # Less certain than a domain in common: "Clinic North 1" and "Clinic North 2" are close as well.
    return min(SAME_DOMAIN - 1, round(max(close, as_tenant)))


def _mail_domain(email: str) -> str:
    domain = email.strip().casefold().rpartition("@")[2] if "@" in email else ""
    return "" if domain in _PUBLIC_MAIL else domain
