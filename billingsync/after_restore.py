"""What a restore leaves to do, for all partners: their ledgers are older than the vendors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from accounts.services import list_partners
from core.audit import COMMAND
from core.scope import partner_scope
from programs.models import Program
from syncs.deciding.restoring import take_as_restored

WHAT_NOW = """
The ledger is now as old as the backup, and {targets} is not. No run goes on, and every billing plan waits. When workers
and beat start, or when you sync by hand:
  - lines written since the backup that still stand are found by their marks and written no second time;
  - one-time lines that a customer's invoice carries already count as billed;
  - the rest of each plan waits. Apply or discard it, then set the approval of the programs back."""


def take_all_as_restored(as_of: dt.datetime | None = None) -> Iterator[str]:
    """Do it for each program of each partner; says what was done, one program at a time."""
    for partner in list_partners():
        with partner_scope(partner.partner_id):
            for program in Program.objects.order_by("pk"):
                since = take_as_restored(program, COMMAND, as_of)
                yield (
                    f"{partner.name}: {program}: every billing plan waits now. "
                    f"The ledger knows what was written until {since:%Y-%m-%d %H:%M %Z}."
                )
