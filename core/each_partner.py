"""Background work for many partners: each by itself, so that one that breaks keeps no other back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db.models import F
from django.utils import timezone

from core.models import Breakdown, Job
from core.scope import partner_scope

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


def each_by_itself(
    job: Job,
    rows: Iterable[tuple[int, int]],
    work: Callable[[int], Answer],
    *,
    give_up: Callable[[int], None] | None = None,
) -> list[Answer]:
    """What ``work`` answers for each ``(partner id, row id)``, called in that partner's scope.

    One that raises is logged, kept for the operator as a *breakdown* until it works again, and given to ``give_up``
    (in a scope of its own), which moves on what would be due again at once. The others go on.
    """
    answers = []
    for partner_id, row_id in rows:
        try:
            with partner_scope(partner_id):
                answers.append(work(row_id))
                Breakdown.objects.filter(job=job, row=row_id).delete()
        except Exception as error:
            logger.exception("%s broke for partner %s, row %s", job.value, partner_id, row_id)
            _note(job, partner_id, row_id, error)
            if give_up is not None:
                _give_up(give_up, partner_id, row_id)
    return answers


def _note(job: Job, partner_id: int, row_id: int, error: Exception) -> None:
    """Keeps what broke, by the name of its class: the words of an error may hold a partner's data."""
    now = timezone.now()
    try:
        with partner_scope(partner_id):
            known, made = Breakdown.objects.get_or_create(
                job=job, row=row_id, defaults={"since": now, "last_at": now, "error": type(error).__name__[:80]}
            )
            if not made:
                Breakdown.objects.filter(pk=known.pk).update(
                    last_at=now, times=F("times") + 1, error=type(error).__name__[:80]
                )
    except Exception:
        logger.exception("the breakdown of partner %s could not be kept", partner_id)


def _give_up(give_up: Callable[[int], None], partner_id: int, row_id: int) -> None:
    try:
        with partner_scope(partner_id):
            give_up(row_id)
    except Exception:
        logger.exception("what broke for partner %s could not be put off", partner_id)
