"""Background work on customers: ids in, one service call."""

from __future__ import annotations

from typing import Any

from celery import Task, shared_task

from connections.clients import open_target, record_failure, record_success
from connections.copy_wishes import note_copy_read
from connectors.errors import ConnectorError, TransientError
from core.turns import partner_turn
from customers.target_copy import refresh_target

BUSY_WAIT = 5.0  # seconds until it is asked again whether a worker is the partner's to have


@shared_task(bind=True, autoretry_for=(TransientError,), retry_backoff=True, max_retries=5)
def refresh_target_copy(task: Task[Any, Any], partner_id: int, connection_id: int) -> int:
    """Read a target's customers and templates anew; returns how many templates it has."""
    with partner_turn(partner_id) as mine:
        if mine:
            return _refresh(partner_id, connection_id, last=task.request.retries >= (task.max_retries or 0))
    task.apply_async((partner_id, connection_id), countdown=BUSY_WAIT)
    return 0


def _refresh(partner_id: int, connection_id: int, *, last: bool) -> int:
    try:
        report = refresh_target(partner_id, connection_id, open_target(partner_id, connection_id))
    except TransientError as error:
        if not last:
            raise  # it is tried again
        note_copy_read(partner_id, connection_id, str(error))
        return 0
    except ConnectorError as error:
        record_failure(partner_id, connection_id, error)
        note_copy_read(partner_id, connection_id, str(error))
        return 0
    record_success(partner_id, connection_id)
    note_copy_read(partner_id, connection_id)
    return report.templates
