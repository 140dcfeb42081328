"""The sandbox's own calendar: a start, and steps of a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sandbox.accounts import new_account
from sandbox.generation import generate_due
from sandbox.months import ONE_DAY, add_months, days_between
from sandbox.opening import open_books
from sandbox.prism_api.invoices import issue_invoices
from sandbox.state import Store
from sandbox.switches import checked, initial_settings, without_lasting
from sandbox.wire import Json

DEFAULT_START = dt.date(2026, 10, 2)
STEP_DAY = 2


class BackwardsError(ValueError):
    """The calendar was asked to go back."""


def open_sandbox(
    store: Store,
    *,
    accounts: Sequence[str],
    start: dt.date = DEFAULT_START,
    more_customers: int = 0,
    settings: Mapping[str, str] | None = None,
) -> bool:
    """Begin the story in an empty data folder. False when one was begun there before: it keeps its own.

    Raises UnknownSwitchError for a switch or setting that is not listed.
    """
    if store.fact("today") is not None:
        store.remember("switches", store.switches | without_lasting(settings or {}))
        return False
    store.remember("today", start.isoformat())
    store.remember("start", start.isoformat())
    store.remember("stops", [start.isoformat()])
    store.remember("switches", initial_settings() | checked(settings or {}))
    for number, name in enumerate(accounts):
        facts = new_account(name, number=number, start=start, more_customers=more_customers)
        store.keep_account(name, facts)
        first_month = dt.date.fromisoformat(facts["first_month"])
        for day in days_between(first_month, start):
            issue_invoices(store, name, day)
        open_books(store, name)
    return True


def advance(store: Store, to: dt.date | None = None) -> Json:
    """Move on to a day, by default the 2nd of the next month.

    Day by day: first Syncro runs the templates that are due, then the distributor issues its
    invoices. Returns what was made. Raises BackwardsError.
    """
    today = store.today
    goal = to or add_months(today.replace(day=1), 1).replace(day=STEP_DAY)
    if goal <= today:
        raise BackwardsError(f"{goal.isoformat()} is not after {today.isoformat()}")
    made: Json = {name: {"generated": [], "issued": []} for name in store.accounts}
    for day in days_between(today + ONE_DAY, goal):
        for name in store.accounts:
            made[name]["generated"] += generate_due(store, name, day)
            made[name]["issued"] += issue_invoices(store, name, day)
    store.remember("today", goal.isoformat())
    store.remember("stops", [*store.fact("stops"), goal.isoformat()])
    return {"today": goal.isoformat(), "accounts": made}
