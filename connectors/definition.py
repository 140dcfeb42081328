"""How a vendor introduces itself: all that is special to it and matters to others. Nobody else names a vendor."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from connectors.edge.answer_table import AnswerRow
from connectors.edge.http import Edge
from connectors.interface import Source, SystemRole, Target
from connectors.limits import CountedBy, RequestLimit
from connectors.records import Interval, InvoiceHeader, InvoiceRow, RowAmounts

Credentials = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One field of a system's credential form; ``help`` says where the vendor shows the value."""

    name: str
    label: str
    help: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """Where one service of a vendor is.

    ``default`` may hold place-holders in braces that the client fills from the credentials, the whole host too;
    ``setting`` names the installation's setting that points it elsewhere: at a demo system, or a sandbox.
    """

    default: str
    setting: str = ""


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One thing that a person does; ``ticks`` are the permissions to tick there, as the vendor's page groups them."""

    text: str
    ticks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """How a person makes the credentials at the vendor's, in its own words."""

    steps: tuple[GuideStep, ...]
    remark: str = ""


def nobody_can_tell(_symbol: str, _currency: str) -> bool | None:
    """Of a target that says its currency, the symbol is not asked."""
    return None


def nothing_to_check(_credentials: Credentials) -> None:
    """The credentials of a system that have no form of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorDefinition:
    """What sources and targets have in common.

    ``hosts`` are those that addresses from credentials or from a look-up may lead to, beside the hosts of
    ``addresses``: a name, or ``.example.com`` for every name below it. A call to any other host is refused before
    anything is sent. ``limits`` is never empty: of whom no limit is known, ``NO_LIMIT_KNOWN`` says so. ``account_of``
    names the account or instance that a limit counted by account is for; no secret.
    """

    name: str
    label: str
    fields: tuple[CredentialField, ...]
    addresses: Mapping[str, Address]  # by the name under which the client asks the edge for it
    hosts: tuple[str, ...] = ()
    limits: tuple[RequestLimit, ...]
    account_of: Callable[[Credentials], str] | None = None
    answers: tuple[AnswerRow, ...]  # its own rows of the table of answers, before those of all
    permissions: tuple[str, ...]  # what the connection test names, in the vendor's words
    guide: Guide
    check_credentials: Callable[[Credentials], None] = nothing_to_check  # form of the values; ConfigurationError

    def __post_init__(self) -> None:
        if not self.limits:
            raise ValueError(f"{self.label}: say what is allowed, or NO_LIMIT_KNOWN")
        if self.account_of is None and any(limit.by is CountedBy.ACCOUNT for limit in self.limits):
            raise ValueError(f"{self.label}: a limit is counted by account, and account_of does not name it")

    def account_key(self, credentials: Credentials) -> str:
        """A short name of the account for the keys of its limits, "" where no limit is counted so."""
        if self.account_of is None:
            return ""
        return hashlib.sha256(self.account_of(credentials).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class SourceCapabilities:
    """What a source can do beyond telling its invoices."""

    price_list: bool  # lists what it sells; without, products come from invoices alone
    schedule: bool  # can be asked every day; without, a person brings each invoice


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDefinition(VendorDefinition):
    """A source: how to talk to it, and how to read what it once said."""

    open: Callable[[Credentials, Edge], Source]
    row_amounts: Callable[[Mapping[str, str]], RowAmounts]  # of a stored raw invoice row
    read_row: Callable[[int, Mapping[str, str]], InvoiceRow]  # a stored raw row at its line, anew
    program_of: Callable[[InvoiceHeader], str]  # our program slug, "" for programs we do not sync
    can: SourceCapabilities

    @property
    def role(self) -> SystemRole:
        """Where billing truth comes from."""
        return SystemRole.SOURCE


@dataclass(frozen=True, slots=True)
class TargetCapabilities:
    """What a target's templates can do."""

    one_time_lines: bool  # a line that the next run bills, and no later one
    removes_lines: bool
    refuses_negative_amounts: bool  # known beforehand; else the first refusal teaches it
    dates_lines: bool  # a line may say from when to when it is billed
    edits_whole_template: bool  # all lines in one call, instead of one call for each


@dataclass(frozen=True, slots=True)
class TargetWords:
    """What a target calls the things that we write to, in the singular."""

    customer: str
    template: str


class Proof(StrEnum):
    """What tells that a line of a generated invoice is ours."""

    MARK = "mark"  # the text of the line carries it
    LINE = "line"  # it names the line of the template
    INVOICE = "invoice"  # the line of the template names the invoice that billed it


@dataclass(frozen=True, slots=True)
class MarkPlace:
    """Which field of a template's line carries our mark, and how much it holds."""

    field: str
    characters: int | None  # None: the vendor names no end


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetDefinition(VendorDefinition):
    """A target: how to talk to it, and where its records are shown to people."""

    open: Callable[[Credentials, Edge], Target]
    product_url: Callable[[Credentials, str], str]  # link for a browser
    template_url: Callable[[Credentials, str], str]
    interval_of: Callable[[str], Interval | None]  # of a template's frequency; None for words that are not known
    symbol_fits: Callable[[str, str], bool | None] = (
        nobody_can_tell  # (symbol that it shows, ISO code) where it names none
    )
    can: TargetCapabilities
    words: TargetWords
    mark: MarkPlace
    proofs: frozenset[Proof]
    bills_from: dt.time | None = None  # of the day, in the account's zone, where it is known
    customer_keys: tuple[str, ...] = ()  # other words for ``target_customer`` in a configuration file

    @property
    def role(self) -> SystemRole:
        """Where billing goes."""
        return SystemRole.TARGET
