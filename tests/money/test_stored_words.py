"""Words that are stored or shown: a later version reads what this one wrote, and people read the same labels."""

from __future__ import annotations

from enum import Enum

import pytest

from connectors.records import Cadence
from money import enums
from money.classifying import NO_CUSTOMER, NO_SUBSCRIPTION, SPOILT_SUBSCRIPTION
from money.enums import Action, MotionCause, Worded
from money.month.waiting import Wait
from money.motions import MOTION_OF, MOTIONS, REGULAR, BillingMotion
from money.recognising import NO_MOTION, UNREADABLE_CYCLE
from money.rows.grouping import GroupFate
from money.rows.together import GROUP_UNKNOWN
from money.settling import Fate

LABELLED = {
    enums.Motion: {
        "SEAT_MONTHLY": ("seat_monthly", "Seat Based Monthly"),
        "AZURE_PLAN": ("azure_plan", "Azure Plan"),
        "SEAT_ANNUAL": ("seat_annual", "Seat Based Annual"),
    },
    enums.MotionCause: {
        "USAGE": ("usage", "marked as usage"),
        "WORDS": ("words", "the row's own words"),
        "ONCE": ("once", "the row says one-time"),
        "ONE_DAY": ("one_day", "a single day"),
        "EARLIER_CHARGE": ("earlier", "an earlier charge of these days"),
        "LENGTH": ("length", "its length"),
        "HISTORY": ("history", "earlier invoices"),
        "TODAY": ("today", "the source's list of today"),
    },
    enums.Kind: {
        "RECURRING": ("recurring", "Recurring"),
        "PRORATION": ("proration", "Proration"),
        "USAGE": ("usage", "Usage"),
        "ONE_TIME": ("one_time", "One-time"),
        "CREDIT": ("credit", "Credit"),
        "UNKNOWN": ("unknown", "Unknown"),
    },
    enums.PartRole: {
        "RECURRING": ("recurring", "Recurring line"),
        "ADJUSTMENT": ("adjustment", "Adjustment"),
        "USAGE": ("usage", "Azure usage"),
        "CHARGE": ("charge", "Annual charge"),
        "CREDIT": ("credit", "Credit"),
        "CATCH_UP": ("catch_up", "Not billed yet"),
    },
    enums.PartState: {
        "PLANNED": ("planned", "Planned"),
        "SYNCED": ("synced", "Synced"),
        "BILLED": ("billed", "Billed"),
        "HELD": ("held", "Held"),
        "EXCLUDED": ("excluded", "Excluded"),
        "FAILED": ("failed", "Failed"),
    },
    enums.LineState: {
        "STANDING": ("standing", "On the template"),
        "BILLED": ("billed", "Billed"),
        "REMOVED": ("removed", "Removed"),
        "LOST": ("lost", "Gone without us"),
    },
    enums.Action: {
        "CREATE_PRODUCT": ("create_product", "Create product"),
        "UPDATE_PRICES": ("update_prices", "Update prices"),
        "ADOPT_PRODUCT": ("adopt_product", "Adopt product"),
        "ADD_LINE": ("add_line", "Add line"),
        "CHANGE_LINE": ("change_line", "Change line"),
        "REMOVE_LINE": ("remove_line", "Remove line"),
        "KEEP": ("keep", "Leave as it is"),
    },
    enums.Severity: {
        "INFO": ("info", "Information"),
        "WARNING": ("warning", "Warning"),
        "ERROR": ("error", "Error"),
    },
    enums.Prorations: {
        "LINE": ("line", "Own one-time line"),
        "QUANTITY": ("quantity", "Decimal quantity"),
        "WARN": ("warn", "Warn only"),
    },
}
WORDS = {
    enums.Style: {
        "RECURRING_LINE": "recurring_line",
        "LINE_PER_PERIOD": "line_per_period",
        "LINE_PER_CHARGE": "line_per_charge",
    },
    enums.Because: {
        "KEPT_PRICE": "kept_price",
        "DECIMAL_QUANTITY": "decimal_quantity",
        "NOT_EXACT": "not_exact",
        "DIFFERENCE": "difference",
    },
    enums.Question: {
        "CONFLICT": "conflict",
        "CREDIT": "credit",
        "CATCH_UP": "catch_up",
        "QUANTITY": "quantity",
        "ADJUSTMENT": "adjustment",
        "USAGE": "usage",
        "CHARGE": "charge",
        "LOST": "lost",
        "UNPROVEN": "unproven",
        "LEFT_BEHIND": "left_behind",
        "OLDER": "older",
        "MONTH": "month",
        "ROW": "row",
        "UNKNOWN": "unknown",
    },
    enums.Chosen: {
        "ADOPT": "adopt",
        "KEEP": "keep",
        "EXCLUDE": "exclude",
        "APPLY": "apply",
        "DISMISS": "dismiss",
        "AGAIN": "again",
        "BILLED": "billed",
        "REMOVE": "remove",
        "LEAVE": "leave",
        "TAKE_UP": "take_up",
        "COUNT": "count",
        "LEAVE_OUT": "leave_out",
        "BY_HAND": "by_hand",
        "COMPLETE": "complete",
        "PASS": "pass",
    },
    enums.HoldCode: {
        "CONFLICT": "conflict",
        "COUNTED": "counted",
        "CREDIT": "credit",
        "NOT_INVOICED": "not_invoiced",
        "REMOVALS": "removals",
        "QUANTITY": "quantity",
        "NOT_BILLED": "not_billed",
        "RAN_UNCHANGED": "ran_unchanged",
        "NEGATIVE": "negative",
        "UNPROVEN": "unproven",
        "LOST": "lost",
        "UNRESOLVED": "unresolved",
        "CHANGED_SINCE": "changed_since",
        "CURRENCY": "currency",
        "TEMPLATE_GONE": "template_gone",
        "TEMPLATE_MOVED": "template_moved",
        "CUSTOMER_GONE": "customer_gone",
    },
    Wait: {
        "DISABLED": "customer_disabled",
        "PAUSED": "paused",
        "ENDED": "template_ended",
        "PAST": "run_in_the_past",
        "OFTEN": "too_often",
        "RARE": "too_rare",
        "LONG": "waits_long",
    },
    Fate: {
        "STANDING": "standing",
        "BILLED": "billed",
        "UNPROVEN": "unproven",
        "LOST": "lost",
    },
    GroupFate: {
        "ALONE": "alone",
        "SUMMED": "summed",
        "CREDIT": "credit",
        "UNKNOWN": "unknown",
    },
}


@pytest.mark.parametrize("words", LABELLED, ids=lambda words: words.__name__)
def test_word_is_stored_and_shown_as_ever(words: type[Worded]) -> None:
    assert {word.name: (word.value, word.label) for word in words} == LABELLED[words]
    assert words.pairs() == list(LABELLED[words].values())


@pytest.mark.parametrize("words", WORDS, ids=lambda words: words.__name__)
def test_word_keeps_its_value(words: type[Enum]) -> None:
    assert {word.name: word.value for word in words} == WORDS[words]


def test_every_list_of_words_is_known_here() -> None:
    lists = [one for one in vars(enums).values() if isinstance(one, type) and issubclass(one, Enum) and len(one)]

    assert {one for one in lists if one.__module__ == enums.__name__} <= {*LABELLED, *WORDS}


def test_purchases_are_once_and_adopting_or_keeping_writes_nothing() -> None:
    assert [cause.value for cause in MotionCause if cause.once] == ["once", "one_day"]
    assert [action.value for action in Action if not action.writes] == ["adopt_product", "keep"]


def test_motions_are_billed_each_in_its_way() -> None:
    motion, cadence, style, kind = enums.Motion, Cadence, enums.Style, enums.Kind

    assert list(MOTIONS.values()) == [
        BillingMotion(motion.SEAT_MONTHLY, cadence.MONTHLY, style.RECURRING_LINE, None, dated=False, regular=True),
        BillingMotion(motion.AZURE_PLAN, cadence.USAGE, style.LINE_PER_PERIOD, kind.USAGE, dated=False, regular=False),
        BillingMotion(
            motion.SEAT_ANNUAL, cadence.ANNUAL, style.LINE_PER_CHARGE, kind.ONE_TIME, dated=True, regular=False
        ),
    ]
    assert list(MOTIONS) == list(motion)
    assert MOTION_OF == {cadence.MONTHLY: "seat_monthly", cadence.USAGE: "azure_plan", cadence.ANNUAL: "seat_annual"}
    assert REGULAR == ("seat_monthly",)


def test_what_is_wrong_with_a_row_is_told_in_whole_sentences() -> None:
    assert (NO_SUBSCRIPTION, SPOILT_SUBSCRIPTION, NO_CUSTOMER, NO_MOTION, UNREADABLE_CYCLE, GROUP_UNKNOWN) == (
        "The row names no subscription.",
        "A spreadsheet spoilt the id of the subscription.",
        "Nobody could tell whose subscription this is.",
        "Neither the row nor what is known of its subscription says how it is billed.",
        "Nobody can read how often the row is billed.",
        "A row of the same change is unknown.",
    )
