"""The words that a plan speaks in: motions, kinds of charges, roles and states of lines, actions."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Worded(StrEnum):
    """A word that is stored, with the words that people read."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """``value`` is stored, ``label`` is shown; a call with the value alone answers the member that has it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def pairs(cls) -> list[tuple[str, str]]:
        """What a column or a form may hold, each with its words."""
        return [(member.value, member.label) for member in cls]


class Motion(Worded):
    """A category of charges on the source invoice."""

    SEAT_MONTHLY = "seat_monthly", "Seat Based Monthly"
    AZURE_PLAN = "azure_plan", "Azure Plan"
    SEAT_ANNUAL = "seat_annual", "Seat Based Annual"


class MotionCause(Worded):
    """What told the motion of a row."""

    USAGE = "usage", "marked as usage"
    WORDS = "words", "the row's own words"
    ONCE = "once", "the row says one-time"
    ONE_DAY = "one_day", "a single day"
    EARLIER_CHARGE = "earlier", "an earlier charge of these days"
    LENGTH = "length", "its length"
    HISTORY = "history", "earlier invoices"
    TODAY = "today", "the source's list of today"

    @property
    def once(self) -> bool:
        """Whether the row is a one-time purchase, or metered by single days."""
        return self in (MotionCause.ONCE, MotionCause.ONE_DAY)


class Style(StrEnum):
    """Which lines the charges of a motion ask for."""

    RECURRING_LINE = "recurring_line"  # one per subscription, the difference as an adjustment
    LINE_PER_PERIOD = "line_per_period"
    LINE_PER_CHARGE = "line_per_charge"


class Because(StrEnum):
    """Why what is billed is not simply the source's quantity x price."""

    KEPT_PRICE = "kept_price"  # a price is not synced: it stays as it stands
    DECIMAL_QUANTITY = "decimal_quantity"  # the target refuses the negative difference of a whole one
    NOT_EXACT = "not_exact"  # quantity x price is not the amount: it is billed as one
    DIFFERENCE = "difference"  # the rows say something beside quantity x price


class Kind(Worded):
    """What a charge is, derived from its sign, dates and subscription."""

    RECURRING = "recurring", "Recurring"
    PRORATION = "proration", "Proration"
    USAGE = "usage", "Usage"
    ONE_TIME = "one_time", "One-time"
    CREDIT = "credit", "Credit"
    UNKNOWN = "unknown", "Unknown"


class PartRole(Worded):
    """What a line is for."""

    RECURRING = "recurring", "Recurring line"
    ADJUSTMENT = "adjustment", "Adjustment"
    USAGE = "usage", "Azure usage"
    CHARGE = "charge", "Annual charge"
    CREDIT = "credit", "Credit"
    CATCH_UP = "catch_up", "Not billed yet"


class PartState(Worded):
    """Where a part of a posting counts in the balance."""

    PLANNED = "planned", "Planned"  # not, or not certainly, written: counts as failed
    SYNCED = "synced", "Synced"
    BILLED = "billed", "Billed"  # synced, and a generated invoice carries it
    HELD = "held", "Held"
    EXCLUDED = "excluded", "Excluded"
    FAILED = "failed", "Failed"


class LineState(Worded):
    """What became of a line of ours."""

    STANDING = "standing", "On the template"
    BILLED = "billed", "Billed"  # one-time lines: a generated invoice carries it
    REMOVED = "removed", "Removed"
    LOST = "lost", "Gone without us"


class Action(Worded):
    """What a change does in the target."""

    CREATE_PRODUCT = "create_product", "Create product"
    UPDATE_PRICES = "update_prices", "Update prices"
    ADOPT_PRODUCT = "adopt_product", "Adopt product"
    ADD_LINE = "add_line", "Add line"
    CHANGE_LINE = "change_line", "Change line"
    REMOVE_LINE = "remove_line", "Remove line"
    KEEP = "keep", "Leave as it is"

    @property
    def writes(self) -> bool:
        """True when the target is written; adopting a product as it stands writes nothing."""
        return self not in (Action.KEEP, Action.ADOPT_PRODUCT)


class Severity(Worded):
    """How loud a finding is."""

    INFO = "info", "Information"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"


class Prorations(Worded):
    """How a mid-month difference from quantity x price is billed."""

    LINE = "line", "Own one-time line"
    QUANTITY = "quantity", "Decimal quantity"
    WARN = "warn", "Warn only"


class Question(StrEnum):
    """What a held item asks a person: the first word of its subject."""

    CONFLICT = "conflict"
    CREDIT = "credit"
    CATCH_UP = "catch_up"
    QUANTITY = "quantity"
    ADJUSTMENT = "adjustment"
    USAGE = "usage"
    CHARGE = "charge"
    LOST = "lost"
    UNPROVEN = "unproven"
    LEFT_BEHIND = "left_behind"
    OLDER = "older"
    MONTH = "month"
    ROW = "row"
    UNKNOWN = "unknown"  # rows of an invoice that fit no rule


class Chosen(StrEnum):
    """What a person may say to a held item."""

    ADOPT = "adopt"
    KEEP = "keep"
    EXCLUDE = "exclude"
    APPLY = "apply"
    DISMISS = "dismiss"
    AGAIN = "again"
    BILLED = "billed"
    REMOVE = "remove"
    LEAVE = "leave"
    TAKE_UP = "take_up"
    COUNT = "count"
    LEAVE_OUT = "leave_out"
    BY_HAND = "by_hand"
    COMPLETE = "complete"  # all invoices of a month are there
    PASS = "pass"  # noqa: S105  # no password


class HoldCode(StrEnum):
    """Why a change waits for a person."""

    CONFLICT = "conflict"
    COUNTED = "counted"
    CREDIT = "credit"
    NOT_INVOICED = "not_invoiced"  # a month is not regular yet
    REMOVALS = "removals"  # so many lines would go that a person looks first
    QUANTITY = "quantity"
    NOT_BILLED = "not_billed"
    RAN_UNCHANGED = "ran_unchanged"
    NEGATIVE = "negative"
    UNPROVEN = "unproven"
    LOST = "lost"
    UNRESOLVED = "unresolved"  # its answer was lost, and the template ran since
    CHANGED_SINCE = "changed_since"  # an approved plan was made again, and says something else
    CURRENCY = "currency"
    TEMPLATE_GONE = "template_gone"
    TEMPLATE_MOVED = "template_moved"
    CUSTOMER_GONE = "customer_gone"
