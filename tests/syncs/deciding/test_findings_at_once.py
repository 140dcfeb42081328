"""Two runs that read the same news in the source at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from accounts.models import Partner
from core.scope import partner_scope
from money.enums import Severity
from money.plan import Note
from syncs.deciding.findings import SOURCE, store_notes
from syncs.models import Finding, Run
from tests import factories as make

NEWS = Note(Severity.ERROR, "import", "import:1001:unreadable", "Invoice 1001 was not imported.")


def test_news_that_two_runs_read_at_once_is_one_finding(transactional_db: None, partner: Partner):
    with partner_scope(partner.pk):
        program = make.ProgramFactory()
        runs = [make.RunFactory(program=program, kind=kind) for kind in ("products", "billing")]
    both_began = Barrier(2, timeout=10)

    def report(run: Run) -> None:
        try:
            with partner_scope(partner.pk):
                both_began.wait()
                store_notes(run, [NEWS], SOURCE)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.2)")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        one, other = (pool.submit(report, run) for run in runs)
        assert (one.exception(), other.exception()) == (None, None)

    with partner_scope(partner.pk):
        (found,) = Finding.objects.all()
        assert {found.first_run, found.last_run} == set(runs)
