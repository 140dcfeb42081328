"""Background work on customers: ids in, one service call."""

from __future__ import annotations

from celery import shared_task

from connections.clients import open_target, record_failure, record_success
from connectors.errors import ConnectorError, TransientError
from customers.target_copy import refresh_target


@shared_task(bind=True, autoretry_for=(TransientError,), retry_backoff=True, max_retries=5)
def refresh_target_copy(_task: object, partner_id: int, connection_id: int) -> int:
    """Read a target's customers and templates anew; returns how many templates it has."""
    client = open_target(partner_id, connection_id)
    try:
        report = refresh_target(partner_id, connection_id, client)
    except TransientError:
        raise
    except ConnectorError as error:
        record_failure(partner_id, connection_id, error)
        return 0
    record_success(partner_id, connection_id)
    return report.templates
