"""What a run's page says of each change, written in one go: a template would look up every value by itself."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.kit.addresses import PLACE
from portal.kit.figures import pair_html, write_money
from reports.run import ChangeGroup, ChangeRow, GroupSum
from syncs.enums import RunKind
from syncs.models import Run

_SUM = '<td class="number"><span class="visually-hidden">Sum of all lines: </span>{}</td><td>{}</td>'
_NO_SUM = SafeString("<td></td>")
_SAME_SUM = SafeString('<span class="quiet">same sum</span>')
_ONE_TIME = SafeString(' <span class="tag">one-time</span>')


def change_cells(run: Run, groups: Iterable[ChangeGroup], slug: str) -> dict[int, SafeString]:
    """The cells of each change but for its outcome, by the change's id."""
    address = reverse("change", args=[slug, run.pk, PLACE])  # asked for once
    billing = run.kind == RunKind.BILLING
    rows = [row for group in groups for row in group.rows]
    return {
        row.change.pk: _cells(row, address.replace(str(PLACE), str(row.change.pk)), billing=billing) for row in rows
    }


def group_heads(run: Run, groups: Iterable[ChangeGroup], slug: str) -> dict[int, SafeString]:
    """The row above each customer's changes, with what all its lines come to; by the customer's id."""
    address = reverse("customer", args=[slug, run.program_id, PLACE])
    billing = run.kind == RunKind.BILLING
    return {
        group.customer_id: _head(group, address.replace(str(PLACE), str(group.customer_id)), billing=billing)
        for group in groups
        if group.customer_id is not None
    }


def _head(group: ChangeGroup, url: str, *, billing: bool) -> SafeString:
    total = group.sum or GroupSum()
    stay = format_html(' <span class="quiet small">{} unchanged</span>', total.unchanged) if total.unchanged else ""
    pair = pair_html(total.old, total.new, money=True) if billing else ""
    return format_html(
        '<tr class="group"><th scope="rowgroup" colspan="{}"><span class="group-name"><a id="group-{}" href="{}">'
        '<bdi>{}</bdi></a> <span class="quiet small"><bdi>{}</bdi></span>{}{}</span></th>{}</tr>',
        5 if billing else 4,
        group.customer_id,
        url,
        group.title,
        group.under,
        stay,
        format_html('<span class="narrow-sum" aria-hidden="true">{}</span>', pair) if billing else "",
        format_html(_SUM, pair, _difference(total.difference)) if billing else _NO_SUM,
    )


def _difference(amount: Decimal) -> SafeString:
    if not amount:
        return _SAME_SUM
    return format_html('<span class="figure">{}{}</span>', "+" if amount > 0 else "", write_money(amount))


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
