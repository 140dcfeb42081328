"""Background work of the installation: each night what is older than it is kept goes, in batches, for a bounded time.

What proves a month is not among it as long as the month is not closed, see ``syncs.pruning``.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.pruning import prune_sessions
from accounts.services import list_partners
from core.audit import prune_audit, prune_history
from core.each_partner import each_by_itself
from core.installation import in_maintenance
from core.models import Job
from notifications.pruning import prune_account_mails, prune_messages
from syncs.pruning import drop_raw_rows, prune_runs, thin_runs

log = structlog.get_logger(__name__)
LONGEST = 600.0  # seconds; the next night goes on
Prune = Callable[[dt.datetime], int]

OF_ALL: dict[str, tuple[Prune, ...]] = {
    "KEEP_SESSIONS_DAYS": (prune_sessions,),
    "KEEP_AUDIT_DAYS": (prune_audit,),
    "KEEP_HISTORY_DAYS": (prune_history,),
    "KEEP_MAILS_DAYS": (prune_account_mails,),
}
OF_A_PARTNER: dict[str, tuple[Prune, ...]] = {
    "KEEP_MAILS_DAYS": (prune_messages,),
    "KEEP_RUNS_DAYS": (prune_runs, thin_runs),
    "KEEP_RAW_ROWS_DAYS": (drop_raw_rows,),
}


@shared_task
def prune() -> int:
    """Take out what is older than it is kept; how many rows. In maintenance the next night does it."""
    if in_maintenance():
        return 0
    gone = prune_all()
    log.info("pruned", **gone)
    return sum(gone.values())


def prune_all() -> dict[str, int]:
    """Take out what may go, of the installation and of each partner by itself; how many rows, by setting."""
    ends = time.monotonic() + LONGEST
    gone = dict.fromkeys((*OF_ALL, *OF_A_PARTNER), 0)
    for setting, prunes in OF_ALL.items():
        gone[setting] += _until_none(prunes, setting, ends)
    partners = [(partner.partner_id, partner.partner_id) for partner in list_partners()]
    for setting, prunes in OF_A_PARTNER.items():
        gone[setting] += sum(_in_turn(prune, setting, partners, ends) for prune in prunes)
    return gone


def _in_turn(prune: Prune, setting: str, partners: list[tuple[int, int]], ends: float) -> int:
    """A batch of each partner in turn: a large one keeps no other from it."""
    left, number = partners, 0
    while left and time.monotonic() < ends:
        done = _batch_of_each(prune, setting, left)
        number += sum(done.values())
        left = [pair for pair in left if done.get(pair[0])]
    return number


def _until_none(prunes: tuple[Prune, ...], setting: str, ends: float) -> int:
    before, number = _kept_since(setting), 0
    for prune in prunes if before else ():
        while before and time.monotonic() < ends and (some := prune(before)):
            number += some
    return number


def _batch_of_each(prune: Prune, setting: str, partners: list[tuple[int, int]]) -> dict[int, int]:
    """How many went, by partner; one that breaks is told to the operator, and keeps no other back."""
    before = _kept_since(setting)
    if before is None:
        return {}
    answered = each_by_itself(Job.PRUNE, partners, lambda partner_id: (partner_id, prune(before)))
    return dict(answered)


def _kept_since(setting: str) -> dt.datetime | None:
    """The instant before which this setting lets go; None where it keeps for ever (0)."""
    days = int(getattr(settings, setting))
    return timezone.now() - dt.timedelta(days=days) if days else None
