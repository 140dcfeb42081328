"""The list of runs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.kit.badges import badge_html
from portal.kit.figures import pair_html, when_html, write_duration
from portal.kit.tables import NUMBER, PortalTable
from reports.overview import counts_of
from syncs.models import Run


def run_badge(run: Run) -> SafeString:
    """The verdict of a finished run, else its state."""
    if run.status and run.state == "finished":
        return badge_html(run.status, run.get_status_display())
    return badge_html(run.state, run.get_state_display())


class RunTable(PortalTable):
    """History: one row per run."""

    created_at = tables.Column(verbose_name="Run")
    kind = tables.Column()
    status = tables.Column(verbose_name="Result", empty_values=())
    counts = tables.Column(verbose_name="Items", orderable=False, empty_values=())
    money = tables.Column(verbose_name="Lines", orderable=False, empty_values=(), attrs=NUMBER)
    started_by = tables.Column()
    duration = tables.Column(empty_values=(), orderable=False)

    class Meta(PortalTable.Meta):
        model = Run
        fields = ("created_at", "kind", "status", "counts", "money", "started_by", "duration")

    card_title = "created_at"
    card_figure = "status"
    list_name = "runs"
    choosable = ("kind", "status", "counts", "money", "started_by", "duration")

    empty_title = "No sync has run yet"
    empty_help = "The scheduled sync runs daily; Sync now starts one at once."

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns["money"].column.verbose_name = f"Lines ({currency})"

    def render_created_at(self, record: Run) -> SafeString:
        url = reverse("run", args=[self.request.partner.slug, record.pk])
        return format_html(
            '<a href="{}">Run {}</a><span class="under">{}</span>', url, record.pk, when_html(record.created_at)
        )

    def render_money(self, record: Any) -> SafeString | str:
        """What the lines that it wrote, or would write, came to before and come to now."""
        told = record.money
        if not told or not told["lines"]:
            return "–"
        old, new = Decimal(told["old"]), Decimal(told["new"])
        return pair_html(old or None, new, money=True)

    def render_kind(self, record: Run) -> SafeString:
        preview = format_html(' <span class="tag">{}</span>', "Preview") if record.preview else ""
        return format_html("{}{}", record.get_kind_display(), preview)

    def render_status(self, record: Run) -> SafeString:
        return run_badge(record)

    def render_counts(self, record: Run) -> SafeString | str:
        counts = counts_of(record)
        return format_html_join(", ", "{} {}", ((number, name) for name, number in counts)) if counts else "–"

    def render_duration(self, record: Run) -> str:
        if not record.started_at or not record.finished_at:
            return "–"
        return write_duration((record.finished_at - record.started_at).total_seconds())
