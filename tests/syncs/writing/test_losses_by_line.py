"""A new version on answers that an older one stored by the mark of a lost line alone."""

from __future__ import annotations

from importlib import import_module

from django.db import connection

from accounts.models import Partner
from core.scope import partner_scope
from money.enums import LineState
from syncs.models import Decision
from tests import factories as make

MIGRATION = import_module("syncs.migrations.0020_losses_by_line")


def test_answer_about_a_lost_line_names_the_last_one_that_was_lost(partner: Partner) -> None:
    with partner_scope(partner.pk):
        program = make.ProgramFactory()
        customer = make.CustomerFactory(source=program.source)
        lost = {"program": program, "customer": customer, "mark": "BS:MARK", "state": LineState.LOST}
        for line_id in (30, 20):  # the target's ids say nothing about which was the last
            make.LineFactory(**lost, line_id=line_id)
        for subject in ("lost:BS:MARK", "lost:BS:OTHER", "unproven:BS:MARK:2026-09"):
            Decision.objects.create(program=program, subject=subject, choice="dismiss")
        run = make.RunFactory(program=program)
        finding = make.FindingFactory(last_run=run, subject="lost:BS:MARK")

        for operation in MIGRATION.Migration.operations:
            with connection.cursor() as cursor:
                cursor.execute(operation.sql)

        finding.refresh_from_db()
        kept = set(Decision.objects.values_list("subject", flat=True))
    assert kept == {"lost:BS:MARK:20", "lost:BS:OTHER", "unproven:BS:MARK:2026-09"}
    assert finding.subject == "lost:BS:MARK:20"
