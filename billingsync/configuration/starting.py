"""Ask the source what it lists at the moment when a file switches billing on."""

from __future__ import annotations

from accounts.services import find_partner
from connections.clients import ConnectorError, open_source
from connections.selectors import known_systems
from core.scope import partner_scope
from invoices.services import awaits_start, record_start
from programs.models import Program


def record_starts(slug: str) -> list[str]:
    """Record where billing starts for each program that awaits it; returns warnings.

    A source that does not answer is no failure: then what it lists at the first sync counts.
    """
    partner_id = find_partner(slug)
    if partner_id is None:
        return []
    with partner_scope(partner_id):
        waiting = [program for program in Program.objects.select_related("source") if awaits_start(program)]
    warnings = []
    for program in waiting:
        try:
            record_start(partner_id, program.pk, open_source(partner_id, program.source_id))
        except ConnectorError as error:
            label = known_systems()[program.source.system].label
            warnings.append(f"{label} did not say which invoices there are ({error}): the first sync asks again.")
    return warnings
