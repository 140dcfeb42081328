"""The registry of messages: one function per kind, from facts to a letter.

Each takes the facts as a mapping, described by the ``TypedDict`` above it, and the partner's house
style. Amounts are ``Decimal`` in currency units.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NotRequired, TypedDict

from django.utils.text import Truncator

from accounts.models import Partner
from money.periods import period_label
from notifications.letters import Letter, LetterItem, one_line
from portal.emails.house import House

MOST_ITEMS = 20
LONGEST_NAME = 40  # of a partner, in the subject of a mail to a stranger


class FindingFacts(TypedDict):
    """Something a run reported."""

    text: str
    cure: NotRequired[str]
    severity: NotRequired[str]  # info, warning, error
    retail: NotRequired[Decimal]  # at stake
    link: NotRequired[str]  # to its place in the portal


class RunFacts(TypedDict):
    """A finished run, or one whose plan waits for a person (``waiting_for``)."""

    program: str
    kind: str  # products, billing
    status: str  # no_change, success, warning, error
    counts: Mapping[str, int]  # created, updated, removed, unchanged, held, failed, skipped
    findings: list[FindingFacts]  # what is new in this run
    link: str
    month: NotRequired[str]  # that the money is of, "2026-09"
    money: NotRequired[Mapping[str, Decimal]]  # label -> retail amount, e.g. synced, held
    currency: NotRequired[str]
    waiting_for: NotRequired[str]
    error: NotRequired[str]  # why the run as a whole failed


class ConnectionFacts(TypedDict):
    """A connection that stopped working, or works again."""

    system: str
    problem: str
    since: dt.datetime
    days: int  # since it broke; 0 for the first e-mail
    link: str


class UnmappedFacts(TypedDict):
    """Customers that occur in invoices and that nobody mapped."""

    program: str
    customers: list[tuple[str, str, Decimal, str]]  # name, motion, retail of the latest invoice, link
    number: NotRequired[int]  # of customers, where some stand there with several motions
    link: str
    currency: NotRequired[str]


def write_message(kind: str, facts: Mapping[str, Any], partner: Partner) -> Letter:
    """The letter of that kind, in the partner's house style. ``KeyError`` where the kind or a fact is missing."""
    return MESSAGES[kind](facts, House(partner))


def run_finished(facts: RunFacts, house: House) -> Letter:
    """After a run with warnings or errors, and after every run for those who asked."""
    counts = facts["counts"]
    noun = "product" if facts["kind"] == "products" else "line"
    waiting = facts.get("waiting_for", "")
    verdict = _verdict(counts, noun, waiting, facts)
    findings = facts["findings"]
    return Letter(
        subject=f"{facts['program']}: {verdict} - {house.partner.name}",
        lead=_run_lead(facts["kind"], verdict),
        tone=_tone(facts["status"], waiting),
        paragraphs=tuple(text for text in (facts.get("error", ""), waiting) if text),
        figures=(*_count_figures(counts), *_money_figures(facts, house)),
        items_title="New in this run",
        items=tuple(_finding(finding, facts.get("currency", ""), house) for finding in findings[:MOST_ITEMS]),
        more=max(0, len(findings) - MOST_ITEMS),
        button="Look at the plan" if waiting else "Open the run",
        link=facts["link"],
    )


def connection_broken(facts: ConnectionFacts, house: House) -> Letter:
    """Once when a connection stops working, then as a reminder."""
    system, days = facts["system"], facts["days"]
    verdict = f"still does not work after {count(days, 'day')}" if days else "stopped working"
    return Letter(
        subject=f"{system} {verdict} - {house.partner.name}",
        lead=f"The connection to {system} {verdict}. Nothing is synced until it works again.",
        tone="bad",
        paragraphs=(
            facts["problem"],
            f"Failing since {house.moment(facts['since'])}.",
            "Scheduled syncs wait. They go on once “Test again” succeeds, or a “Sync now”.",
        ),
        button="Open Connections",
        link=facts["link"],
        footer="A reminder follows every 3 days until it works.",
    )


def connection_works(facts: ConnectionFacts, house: House) -> Letter:
    """Once, to those who were told that it broke."""
    system = facts["system"]
    return Letter(
        subject=f"{system} works again - {house.partner.name}",
        lead=f"The connection to {system} works again. The next sync takes up what was left.",
        paragraphs=(f"It had failed since {house.moment(facts['since'])}.",),
        button="Open Connections",
        link=facts["link"],
    )


def target_requested(facts: Mapping[str, str], house: House) -> Letter:
    """To the operator. Facts: who, target, link."""
    return Letter(
        subject=f"{house.partner.name} requests {facts['target']}",
        lead=f"{facts['who']} of {house.partner.name} asks for the target {facts['target']}.",
        tone="warning",
        paragraphs=("Enable it with one click; the person who asked is told by e-mail.",),
        button="Open the requests",
        link=facts["link"],
    )


def target_enabled(facts: Mapping[str, str], house: House) -> Letter:
    """To whoever requested a target. Facts: target, link."""
    return Letter(
        subject=f"{facts['target']} is ready to connect - {house.partner.name}",
        lead=f"{facts['target']} is enabled for {house.partner.name}. Enter its credentials to connect it.",
        button=f"Connect {facts['target']}",
        link=facts["link"],
    )


def invitation(facts: Mapping[str, Any], house: House) -> Letter:
    """To a person who is offered a role. Facts: role, invited_by, expires_at, link."""
    return Letter(
        subject=f"{Truncator(one_line(house.partner.name)).chars(LONGEST_NAME)} invites you to Billing Sync",
        lead=f"{facts['invited_by']} invites you to {house.partner.name} as {facts['role']}.",
        paragraphs=(f"The invitation is good until {house.moment(facts['expires_at'])}, for this address only.",),
        button="Accept the invitation",
        link=facts["link"],
        footer="If you did not expect it, do nothing.",
    )


def unmapped_customers(facts: UnmappedFacts, house: House) -> Letter:
    """Customers that are invoiced and that nobody mapped: money that is not billed on."""
    customers, currency = facts["customers"], facts.get("currency", "")
    total = house.money(sum((row[2] for row in customers), Decimal(0)), currency)
    rows = sorted(customers, key=lambda row: -row[2])
    who = count(facts.get("number", len(rows)), "customer")
    return Letter(
        subject=f"{facts['program']}: {who} not mapped, {total} at risk - {house.partner.name}",
        lead=f"{total} of the latest invoice belongs to {who} that nobody mapped.",
        tone="warning",
        items_title="Not mapped",
        items=tuple(
            LetterItem(f"{name} ({motion})", house.money(retail, currency), link=link)
            for name, motion, retail, link in rows[:MOST_ITEMS]
        ),
        more=max(0, len(rows) - MOST_ITEMS),
        button="Map them",
        link=facts["link"],
    )


MESSAGES: Mapping[str, Callable[[Any, House], Letter]] = {
    message.__name__: message
    for message in (
        run_finished,
        connection_broken,
        connection_works,
        target_requested,
        target_enabled,
        invitation,
        unmapped_customers,
    )
}


def count(number: int, noun: str) -> str:
    """``1 line``, ``3 lines``, ``1,204 lines``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _verdict(counts: Mapping[str, int], noun: str, waiting: str, facts: RunFacts) -> str:
    written = sum(counts.get(name, 0) for name in ("created", "updated", "removed"))
    failed, need = counts.get("failed", 0), counts.get("held", 0)
    if waiting:
        return "a plan waits for you"
    parts = [f"{count(written, noun)} written"] if written else []
    if failed:
        parts.append(f"{count(failed, noun)} not written")
    if need:
        parts.append(f"{need:,} {'needs' if need == 1 else 'need'} you")
    if not parts and facts["status"] == "error":
        return f"the {'product' if noun == 'product' else 'billing'} sync failed"
    if not parts and facts["findings"]:
        return f"nothing written, {count(len(facts['findings']), 'warning')}"
    return ", ".join(parts) or "no change"


def _run_lead(kind: str, verdict: str) -> str:
    return f"{'Product' if kind == 'products' else 'Billing'} sync: {verdict}."


def _tone(status: str, waiting: str) -> str:
    if status == "error":
        return "bad"
    return "warning" if waiting or status == "warning" else "good"


def _count_figures(counts: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    names = ("created", "updated", "removed", "unchanged", "held", "failed", "skipped")
    return tuple((name.capitalize(), f"{counts[name]:,}") for name in names if counts.get(name))


def _money_figures(facts: RunFacts, house: House) -> tuple[tuple[str, str], ...]:
    currency = facts.get("currency", "")
    month = facts.get("month", "")
    of_month = f" in {period_label(month)}" if month else ""
    amounts = facts.get("money", {}).items()
    return tuple((f"{_capital(label)}{of_month}, retail", house.money(amount, currency)) for label, amount in amounts)


def _capital(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _finding(finding: FindingFacts, currency: str, house: House) -> LetterItem:
    retail = finding.get("retail") or Decimal(0)
    amount = house.money(retail, currency) if retail else ""
    return LetterItem(finding["text"], amount, finding.get("cure", ""), finding.get("link", ""))
