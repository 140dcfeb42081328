"""What a run's page says of each change, written in one go: a template would look up every value by itself."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from money.enums import Action, PartRole
from portal.kit.addresses import PLACE
from portal.kit.figures import pair_html, write_money
from portal.kit.terms import write_terms
from reports.run import ChangeGroup, ChangeRow
from syncs.enums import RunKind
from syncs.facts.run_sums import GroupSum, RunSum
from syncs.models import Run

_SUM = (
    '<td role="cell" class="number"><span class="visually-hidden">Sum of all lines: </span>{}</td>'
    '<td role="cell" class="difference">{}</td>'
)
_NO_SUM = SafeString('<td role="cell"></td>')
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
        '<tr role="row" class="group"><th scope="rowgroup" role="rowheader" colspan="{}">'
        '<span class="group-name"><a id="group-{}" href="{}">'
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


def whole_sum(whole: RunSum) -> SafeString:
    """The last row: what all lines of the run come to."""
    pair = pair_html(whole.all.old, whole.all.new, money=True)
    return format_html(
        '<tr role="row" class="group"><th scope="row" role="rowheader" colspan="5">'
        '<span class="group-name">All lines of this run</span>{}</th>{}</tr>',
        format_html('<span class="narrow-sum" aria-hidden="true">{}</span>', pair),
        format_html(_SUM, pair, _difference(whole.all.difference)),
    )


def _difference(amount: Decimal) -> SafeString:
    if not amount:
        return _SAME_SUM
    return format_html('<span class="figure">{}{}</span>', "+" if amount > 0 else "", write_money(amount))


def _under(row: ChangeRow, *, billing: bool) -> tuple[str, ...]:
    """Why, and which product the line is of."""
    change = row.change
    if not billing or change.action == Action.KEEP:
        return (change.reason,)
    product = change.product
    if product is None:
        return change.reason, "" if change.product_key else "Without a product"
    named = () if product.name in row.name else (product.name,)
    told = (*named, product.sku, write_terms(product.term, product.billing_cycle))
    return change.reason, f"Product: {', '.join(filter(None, told))}"


def _cells(row: ChangeRow, url: str, *, billing: bool) -> SafeString:
    change = row.change
    prices = [(row.retail, True), (row.cost, True)]
    pairs = [(row.quantity, False), *prices, (row.total, True)] if billing else prices
    labels = ("Quantity", "Retail", "Cost", "Total") if billing else ("Retail", "Cost")
    word = "less" if change.role == PartRole.ADJUSTMENT else "credit"
    return format_html(
        '<td role="cell" class="name"><a id="change-{}" href="{}"><bdi>{}</bdi></a>{}</td><td role="cell">{}{}</td>{}',
        change.pk,
        url,
        row.name,
        format_html_join(
            "", '<span class="under">{}</span>', ((text,) for text in _under(row, billing=billing) if text)
        ),
        change.get_action_display(),
        _ONE_TIME if row.one_time else "",
        format_html_join(
            "",
            '<td role="cell" class="number" data-label="{}">{}</td>',
            (
                (label, pair_html(each.old, each.new, money=money, word=word))
                for label, (each, money) in zip(labels, pairs, strict=True)
            ),
        ),
    )
