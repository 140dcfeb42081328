"""What a run's page says of each change, written in one go: a template would look up every value by itself."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.figures import pair_html
from invoices.tables import PLACE
from syncs.change_rows import ChangeGroup, ChangeRow
from syncs.models import Run, RunKind

_ONE_TIME = SafeString(' <span class="tag">one-time</span>')


def change_cells(run: Run, groups: Iterable[ChangeGroup], slug: str) -> dict[int, SafeString]:
    """The cells of each change but for its outcome, by the change's id."""
    address = reverse("change", args=[slug, run.pk, PLACE])  # asked for once
    billing = run.kind == RunKind.BILLING
    rows = [row for group in groups for row in group.rows]
    return {
        row.change.pk: _cells(row, address.replace(str(PLACE), str(row.change.pk)), billing=billing) for row in rows
    }


def _cells(row: ChangeRow, url: str, *, billing: bool) -> SafeString:
    change = row.change
    prices = [(row.retail, True), (row.cost, True)]
    pairs = [(row.quantity, False), *prices, (row.total, True)] if billing else prices
    return format_html(
        '<td class="name"><a id="change-{}" href="{}"><bdi>{}</bdi></a>{}</td><td>{}{}</td>{}',
        change.pk,
        url,
        row.name,
        format_html('<span class="under">{}</span>', change.reason) if change.reason else "",
        change.get_action_display(),
        _ONE_TIME if row.one_time else "",
        format_html_join(
            "", '<td class="number">{}</td>', ((pair_html(each.old, each.new, money=money),) for each, money in pairs)
        ),
    )
