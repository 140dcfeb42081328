"""Background work on invoices: ids in, one service call."""

from __future__ import annotations

from celery import shared_task

from connections.clients import open_source, record_failure
from connectors.errors import ConnectorError, TransientError
from core.scope import partner_scope
from invoices.services import record_start as record_start_of
from programs.models import Program


@shared_task(bind=True, autoretry_for=(TransientError,), retry_backoff=True, max_retries=5)
def record_start(_task: object, partner_id: int, program_id: int) -> bool:
    """Record what the source lists as billing is switched on; true when it was recorded now."""
    with partner_scope(partner_id):
        source_id = Program.objects.values_list("source_id", flat=True).get(pk=program_id)
    try:
        return record_start_of(partner_id, program_id, open_source(partner_id, source_id))
    except TransientError:
        raise
    except ConnectorError as error:
        record_failure(partner_id, source_id, error)
        return False
