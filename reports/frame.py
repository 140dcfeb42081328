"""What the frame around every page tells of the open partner's data: one query for all of it.

Written by hand because every page asks it: Django takes longer to write five such queries than the
database to answer them. A test holds the numbers against the lists that they count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from core.scope import scoped_partner_id
from invoices.models import InvoiceState
from notifications.notices import MOST_COUNTED
from syncs.enums import ACTIVE_STATES, RunState
from syncs.facts.questions import OVERLAP

# waiting: reports.inbox's waiting_runs, held_invoices and decidable. unseen: notifications.notices.count_unseen.
_FACTS = """
SELECT
    (
        SELECT count(*) FROM syncs_run
        WHERE partner_id = %(partner)s AND state = %(waiting)s AND NOT preview
    ) + (
        SELECT count(*) FROM invoices_sourceinvoice WHERE partner_id = %(partner)s AND state = %(held)s
    ) + (
        SELECT count(*) FROM syncs_finding finding JOIN syncs_run run ON run.id = finding.last_run_id
        WHERE finding.partner_id = %(partner)s AND finding.closed_at IS NULL
            AND finding.subject <> '' AND NOT starts_with(finding.subject, %(overlap)s)
            AND NOT EXISTS (
                SELECT FROM syncs_decision decision
                WHERE decision.partner_id = %(partner)s AND decision.program_id = finding.program_id
                    AND decision.subject = finding.subject AND decision.decided_at > run.created_at
            )
    ),
    (
        SELECT count(*) FROM (
            SELECT FROM notifications_notice
            WHERE partner_id = %(partner)s AND created_at > coalesce(
                (
                    SELECT seen.at FROM notifications_noticesseen seen
                    JOIN accounts_membership member ON member.id = seen.membership_id
                    WHERE seen.partner_id = %(partner)s AND member.user_id = %(user)s
                ),
                (SELECT created_at FROM accounts_membership WHERE partner_id = %(partner)s AND user_id = %(user)s),
                statement_timestamp()
            )
            LIMIT %(most)s
        ) unseen
    ),
    running.id, running.kind, running.state, running.done, running.total
FROM (VALUES (1)) one
LEFT JOIN (
    SELECT id, kind, state, done, total FROM syncs_run
    WHERE partner_id = %(partner)s AND state = ANY(%(active)s)
    ORDER BY started_at DESC NULLS LAST, id
    LIMIT 1
) running ON true
"""


@dataclass(frozen=True, slots=True)
class RunningSync:
    """The active run that began last; one that waits for its turn only where none has begun."""

    pk: int
    kind: str
    state: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """``waiting`` items need a person's decision; ``unseen`` notices are counted up to ``MOST_COUNTED``."""

    waiting: int
    unseen: int
    running: RunningSync | None


def read_frame_facts(user_id: int) -> FrameFacts:
    """The facts of the open partner, as this user sees them."""
    values: dict[str, Any] = {
        "partner": scoped_partner_id(),
        "user": user_id,
        "waiting": RunState.WAITING,
        "held": InvoiceState.HELD,
        "overlap": OVERLAP,
        "most": MOST_COUNTED,
        "active": list(ACTIVE_STATES),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, values)
        waiting, unseen, *running = cursor.fetchone()
    return FrameFacts(waiting, unseen, RunningSync(*running) if running[0] else None)
