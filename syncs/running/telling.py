"""E-mails about a run that has ended, or whose plan waits."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from money.enums import Motion, Severity
from notifications import links
from notifications.letters import Why
from notifications.news import Group, News, tell
from programs.selectors import source_currency
from syncs.enums import COUNT_NAMES, RunState, RunStatus
from syncs.models import Finding, Run
from syncs.proving.accounts import BUCKETS

NOT_MAPPED = "not_mapped"  # code of a finding about a customer and a motion


def tell_of_run(run: Run, found: list[Finding], proved: Mapping[str, Any] | None = None) -> None:
    """Tell the program's addresses and the members who asked. ``found`` is what is new in the run.

    ``proved`` is what its end proved of the newest month, retail by bucket; a run that broke off proved nothing.
    """
    if run.preview:
        return
    retail: Mapping[str, str] = (proved or {}).get("retail", {})
    loud = run.status in (RunStatus.WARNING, RunStatus.ERROR)
    tell(
        "run_finished",
        event=f"run:{run.pk}:{run.state}{f':{run.finished_at}' if run.approved else ''}",  # it may wait once more
        news=[News.EVERY_RUN, News.RUN_PROBLEMS] if loud else [News.EVERY_RUN],
        group=_group(run, wants=loud or run.program.mail_every_run),
        notice=run.status != RunStatus.NO_CHANGE,
        context={
            "program": run.program.name,
            "kind": run.kind,
            "status": run.status,
            "counts": {name: run.counts.get(name, 0) for name in COUNT_NAMES},
            "findings": [_facts(run, finding) for finding in found if finding.severity != Severity.INFO],
            "month": (proved or {}).get("month", ""),
            "money": {name: Decimal(retail[name]) for name in BUCKETS if name in retail},
            "currency": source_currency(run.program),
            "waiting_for": run.waiting_for if run.state == RunState.WAITING else "",
            "error": run.error,
            "link": links.run_page(run.program.partner.slug, run.pk),
        },
    )
    _tell_unmapped(run, [finding for finding in found if finding.code == NOT_MAPPED])


def _tell_unmapped(run: Run, found: list[Finding]) -> None:
    """One e-mail about customers that are new and that nobody mapped."""
    if not found:
        return
    tell(
        "unmapped_customers",
        event=f"unmapped:{run.pk}",
        news=[News.UNMAPPED],
        group=_group(run, wants=True),
        context={
            "program": run.program.name,
            "customers": [_unmapped(run, finding) for finding in found],
            "number": len({finding.customer_id for finding in found}),
            "currency": source_currency(run.program),
            "link": links.not_mapped_page(run.program.partner.slug, run.program_id),
        },
    )


def _group(run: Run, *, wants: bool) -> Group:
    program = run.program
    text = f"You get this because the notification addresses of {program.name} name you."
    link = links.program_settings_page(program.partner.slug, program.pk)
    return Group(program.notification_emails if wants else (), Why(text, link, "Change them in its settings"))


def _facts(run: Run, finding: Finding) -> dict[str, object]:
    slug = run.program.partner.slug
    place = links.run_page(slug, run.pk)
    if finding.customer_id:
        place = links.customer_page(slug, run.program_id, finding.customer_id)
    return {
        "text": finding.text,
        "cure": finding.cure,
        "severity": finding.severity,
        "retail": finding.retail,
        "link": place,
    }


def _unmapped(run: Run, finding: Finding) -> tuple[str, str, Decimal, str]:
    """Name, motion, retail and the page where it is mapped."""
    motion = finding.facts.get("motion", "")
    slug, name = run.program.partner.slug, finding.customer.name if finding.customer else ""
    if motion not in list(Motion) or not finding.customer_id:
        return name, "", finding.retail, links.not_mapped_page(slug, run.program_id)
    place = links.mapping_page(slug, run.program_id, finding.customer_id, motion)
    return name, Motion(motion).label, finding.retail, place
