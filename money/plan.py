"""What planning answers: changes, parts of postings, and notes for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from connectors.records import LineValues
from money.enums import Action, HoldCode, PartRole, Severity
from money.facts import PostingPart


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a change waits for a person; ``subject`` is set where a decision can free it."""

    code: HoldCode
    text: str
    cure: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One write, or one decision not to write. ``retail``/``cost``: the money it is about."""

    action: Action
    role: PartRole
    mark: str
    customer_id: int
    motion: str
    subscription_id: int
    period: str
    template_id: str
    what: str
    reason: str
    line_id: str | None = None
    before: LineValues | None = None
    after: LineValues | None = None
    product_id: int | None = None
    product_key: str = ""
    retail: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    hold: Hold | None = None
    charge_ids: tuple[int, ...] = ()
    moves: bool = False  # takes a line off its old template before it is added to the new one
    goes_on: bool = False  # of a removal: the subscription goes on at another customer or under a new id
    asked_for: bool = False  # of a removal: a person asked for it, or the line stands twice


@dataclass(frozen=True, slots=True)
class PlannedPosting:
    """What a period of a subscription will have come to. Amounts in currency units."""

    customer_id: int
    subscription_id: int
    motion: str
    period: str
    fingerprint: str
    template_id: str
    unit_cost: Decimal
    unit_retail: Decimal
    parts: tuple[PostingPart, ...]
    rounding_cost: Decimal = Decimal(0)
    rounding_retail: Decimal = Decimal(0)
    charge_count: int = 0
    source_cost: Decimal = Decimal(0)  # what the source charges for the period
    source_retail: Decimal = Decimal(0)
    confirms_run: bool = False  # the recurring part is (re)confirmed on the template as it is now
    since: str = ""  # rows of invoices before this month were left out


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell a person. ``key`` makes it the same note in the next run.

    ``news`` false: it reminds of what was said before, and says nothing where that was not said.
    ``subscription_id``: it was said when this subscription was planned, and holds until that is planned again.
    """

    severity: Severity
    code: str
    key: str
    text: str
    cure: str = ""
    subject: str = ""
    customer_id: int | None = None
    retail: Decimal = Decimal(0)
    news: bool = True
    subscription_id: int | None = None
    product_id: int | None = None
    change_id: int | None = None  # of the run that says it
    motion: str = ""  # of the customer, where the note is about one alone


@dataclass(slots=True)
class Plan:
    """Changes in the order in which they are written, postings, and notes."""

    changes: list[PlannedChange] = field(default_factory=list)
    postings: list[PlannedPosting] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    billed_marks: set[str] = field(default_factory=set)  # one-time lines known to be billed now
    proved: dict[str, str] = field(
        default_factory=dict
    )  # marks of recurring lines, with the period billed by an invoice
    lost_marks: set[str] = field(default_factory=set)  # one-time lines gone without a generation, or dismissed
    unchanged: int = 0  # lines that stand as they were written for the same invoice

    @classmethod
    def of(cls, *parts: Plan) -> Plan:
        """Several parts added up, in their order."""
        whole = cls()
        for part in parts:
            whole.extend(part)
        return whole

    @property
    def writes(self) -> bool:
        """True when anything is sent to the target."""
        return any(change.action is not Action.KEEP and not change.hold for change in self.changes)

    @property
    def parts(self) -> list[PostingPart]:
        """What all its postings come to."""
        return [part for posting in self.postings for part in posting.parts]

    def extend(self, other: Plan) -> None:
        """Take over all of ``other``."""
        self.changes += other.changes
        self.postings += other.postings
        self.notes += other.notes
        self.billed_marks |= other.billed_marks
        self.proved |= other.proved
        self.lost_marks |= other.lost_marks
        self.unchanged += other.unchanged
