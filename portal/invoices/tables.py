"""Tables of source invoices and their rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from functools import cached_property
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from invoices.models import Charge, SourceInvoice
from portal.kit.badges import badge_html, verdict_html
from portal.kit.figures import NOTHING, money_html, write_date, write_money, write_period, write_quantity
from portal.kit.icons import icon_html
from portal.kit.tables import (
    NUMBER,
    MoneyColumn,
    PortalTable,
    PriceColumn,
    QuantityColumn,
    name_html,
)
from programs.models import Program
from reports.invoice import Became, PostedLine, part_of_month, what_became
from reports.months import MonthReport, parts_that_occur
from reports.strip import LABELS, parts_of
from syncs.proving.accounts import Balance


class PartColumn(tables.Column):
    """A part of the invoices' accounts, in retail."""

    def __init__(self) -> None:
        super().__init__(empty_values=(), orderable=False, attrs=NUMBER)

    def render(self, record: SourceInvoice, bound_column: Any, table: Any) -> SafeString:
        part: SafeString = table.part_html(record, bound_column.name)
        return part


class InvoiceTable(PortalTable):
    """Source invoices, the newest first, with what became of each; above those of a month what became of the month."""

    number = tables.Column(verbose_name="Invoice")
    state = tables.Column()
    balance = tables.Column(empty_values=(), orderable=False)
    retail = tables.Column(accessor="charged_retail", attrs=NUMBER)
    billed = PartColumn()
    ready = PartColumn()
    rounding = PartColumn()
    held = PartColumn()
    excluded = PartColumn()
    not_mapped = PartColumn()
    unknown = PartColumn()
    failed = PartColumn()
    cost = tables.Column(accessor="charged_cost", attrs=NUMBER)

    class Meta(PortalTable.Meta):
        model = SourceInvoice
        fields = ("number", "state", "balance", "retail", *map(str, LABELS), "cost")

    card_title = "number"
    card_figure = "retail"
    list_name = "invoices"
    many_columns = True
    choosable = ("state", "balance", "retail", *map(str, LABELS), "cost")
    empty_title = "No invoice was read yet"
    empty_help = "The first billing sync reads the distributor’s invoices."

    def __init__(
        self, *args: Any, program: Program, currency: str, months: Collection[MonthReport], **kwargs: Any
    ) -> None:
        found = parts_that_occur(months)
        super().__init__(*args, exclude=[str(name) for name in LABELS if name not in found], **kwargs)
        self.program = program
        self.currency = currency
        self.months = {month.account.month: month for month in months}
        self.accounts = {one.invoice_id: one for month in months for one in month.account.invoices}
        self._above: dt.date | None = None  # the month of the row above
        self.columns["retail"].column.verbose_name = f"Invoiced ({currency})"
        self.columns["cost"].column.verbose_name = f"Cost ({currency})"
        for name in found:
            self.columns[name].column.verbose_name = LABELS[name]

    def heading(self, record: SourceInvoice) -> SafeString | str:
        """What became of the month, above its first invoice; not where the list is sorted in another way."""
        above, self._above = self._above, record.month
        month = self.months.get(record.month)
        if month is None or above == record.month or self.order_by:
            return ""
        return format_html_join("", "{}", ((self._month_cell(column, month),) for column in self.columns))

    def _month_cell(self, column: Any, month: MonthReport) -> SafeString:
        name, label = column.name, column.header
        if name == "number":
            return format_html('<th scope="row" role="rowheader" class="card-title">{}</th>', self._month_name(month))
        if name == "state":
            return format_html('<td role="cell" data-label="Verdict">{}</td>', verdict_html(month))
        if name == "balance":
            return SafeString('<td role="cell"></td>')
        amount = _of(month.account.total, name) if month.known else None
        words = ["number", "" if amount else "zero", "card-figure" if name == self.card_figure else ""]
        cell = '<td role="cell" class="{}" data-label="{}">{}</td>'
        return format_html(cell, " ".join(filter(None, words)), label, money_html(amount, "less"))

    def _month_name(self, month: MonthReport) -> SafeString:
        number = len(month.account.invoices)
        told = f"{number} invoice{'' if number == 1 else 's'}" if number else ""
        url = reverse("month", args=[self.request.partner.slug, self.program.pk, month.period])
        return name_html(url, month.label, told if month.known else "not proved by a sync yet")

    def render_number(self, record: SourceInvoice) -> SafeString:
        rows = f"{write_quantity(Decimal(record.row_count))} row{'' if record.row_count == 1 else 's'}"
        return name_html(self._page(record), record.number, f"{rows}, {record.program_name}")

    def render_state(self, record: SourceInvoice) -> SafeString:
        if record.past:
            return badge_html("skipped", "Before the start")
        badge = badge_html(record.state, record.get_state_display())
        changed = badge_html("warning", "Changed at the source") if record.changed_hash else ""
        return format_html("{} {}", badge, changed)

    def render_balance(self, record: SourceInvoice) -> SafeString:
        account = self.accounts.get(record.pk)
        if account is None:
            return format_html('<span class="quiet">{}</span>', "from the next sync on")
        if account.balanced:
            return format_html("{} Accounted for", icon_html("check"))
        return format_html('<span class="verdict bad">{} Does not balance</span>', icon_html("error"))

    def render_cost(self, record: SourceInvoice) -> SafeString:
        return self._amount(record, record.charged_cost)

    def render_retail(self, record: SourceInvoice) -> SafeString:
        return self._amount(record, record.charged_retail)

    def part_html(self, record: SourceInvoice, name: str) -> SafeString:
        """Retail of a part of the invoice's account, which leads to the customers whose it is."""
        account = self.accounts.get(record.pk)
        amount = parts_of(account.total)[name].retail if account else None
        if not amount:
            return format_html('<span class="quiet">{}</span>', write_money(amount))
        return format_html('<a href="{}?became={}">{}</a>', self._page(record), name, money_html(amount, "less"))

    def _page(self, record: SourceInvoice) -> str:
        return reverse("invoice", args=[self.request.partner.slug, self.program.pk, record.pk])

    def _amount(self, record: SourceInvoice, amount: Any) -> SafeString:
        """The currency stands in the header; an invoice in another one says so."""
        other = "" if record.currency == self.currency else record.currency
        return (
            format_html('{} <span class="word">{}</span>', money_html(amount), other) if other else money_html(amount)
        )


def _of(total: Balance, column: str) -> Decimal:
    """What a column of invoices says of a month."""
    sides = {"retail": total.source.retail, "cost": total.source.cost}
    return sides[column] if column in sides else parts_of(total)[column].retail


_RECKONING = ("quantity", "unit_retail", "share", "retail", "cost")


class ChargeTable(PortalTable):
    """Rows of a source invoice: what each charges, and what became of it."""

    line = tables.Column(verbose_name="Line")
    customer = tables.Column(order_by="customer__name", attrs={"td": {"class": "customer"}})
    product_name = tables.Column(verbose_name="Product", attrs={"td": {"class": "name charged"}})
    period = tables.Column(attrs={"td": {"class": "period"}})
    quantity = QuantityColumn()
    unit_retail = PriceColumn(verbose_name="× Unit retail")
    share = tables.Column(empty_values=(), orderable=False, verbose_name="× Share", attrs=NUMBER)
    retail = MoneyColumn(verbose_name="Retail")
    cost = MoneyColumn(verbose_name="Cost")
    became = tables.Column(
        empty_values=(), orderable=False, verbose_name="What became of it", attrs={"td": {"class": "name became"}}
    )

    class Meta(PortalTable.Meta):
        model = Charge
        fields = ("line", "customer", "product_name", "period", *_RECKONING, "became")

    card_title = "product_name"
    card_figure = "retail"
    list_name = "charges"
    many_columns = True
    choosable = ("line", "customer", "period", *_RECKONING, "became")
    empty_title = "No row"
    empty_help = "The invoice has none."

    def __init__(self, *args: Any, program: Program, invoice: SourceInvoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.program, self.invoice = program, invoice
        self.columns["retail"].column.verbose_name = f"= Retail ({invoice.currency})"
        self.columns["cost"].column.verbose_name = f"Cost ({invoice.currency})"

    @cached_property
    def told(self) -> dict[int, Became]:
        """What became of the rows of this page."""
        return what_became(self.invoice, self.program, [row.record for row in self.paginated_rows])

    def render_customer(self, record: Charge) -> SafeString:
        if record.customer is None:
            return format_html("{}", "–")
        url = reverse("customer", args=[self.request.partner.slug, self.program.pk, record.customer_id])
        return format_html('<a href="{}"><bdi>{}</bdi></a>', url, record.customer.name)

    def render_product_name(self, record: Charge) -> SafeString:
        told = f", {record.get_motion_display()} by {record.get_motion_by_display()}" if record.motion_by else ""
        under = record.problem or f"{record.subscription_ref}{told}"
        return format_html('{}<span class="under">{}</span>', record.product_name or "–", under)

    def render_period(self, record: Charge) -> SafeString:
        kind = record.get_kind_display()
        said = badge_html(record.kind, kind) if record.kind in {"unknown", "credit"} else kind
        days = f"{write_date(record.first_day)} {NOTHING} {write_date(record.last_day)}"
        if "/" in record.period:  # which names its days
            return format_html('{} <span class="under">{}</span>', days, said)
        whole = record.days.months == 1 and record.first_day.day == 1
        under = "" if whole else format_html('<span class="under">{}</span>', days)
        return format_html('{} <span class="under">{}</span>{}', write_period(record.period) or NOTHING, said, under)

    def render_share(self, record: Charge) -> SafeString | str:
        if record.ratio == 1:
            return format_html('<span class="quiet">{}</span>', "1")
        part = part_of_month(record)
        if part is None:
            return write_quantity(record.ratio)
        return format_html('{}/{}<span class="under">of the days</span>', *part)

    def render_became(self, record: Charge) -> SafeString:
        return became_html(self.told[record.pk])


def became_html(told: Became) -> SafeString:
    """What became of a row, and of those planned with it: where its money counts, and the lines that carry it."""
    alone = len(told.parts) == 1 and not told.others
    parts = format_html_join(
        "",
        '<span class="part"><span class="swatch fill-{}"></span>{}{}</span>',
        ((name, LABELS[name], "" if alone else format_html(" {}", money_html(amount))) for name, amount in told.parts),
    )
    lines = format_html_join("", '<span class="under">{}</span>', ((_line_html(line),) for line in told.lines))
    return format_html("{}{}{}", parts or "Nothing to bill", _together_html(told.others), lines)


def _together_html(others: int) -> SafeString | str:
    if others < 1:
        return ""
    return format_html('<span class="under">together with {} more row{}</span>', others, "s" if others > 1 else "")


def _line_html(line: PostedLine) -> SafeString:
    if not line.name:
        return format_html("{}: {}", line.role, line.reason or LABELS[line.part])
    place = line.place
    name = format_html("{} <bdi>{}</bdi>, {}", line.role, line.name, money_html(line.retail))
    if place is not None and place.url:
        link = format_html(
            '<a href="{}" target="_blank" rel="noopener noreferrer"><bdi>{}</bdi>{}</a>',
            place.url,
            place.template.name,
            icon_html("out", "opens a new window"),
        )
    else:
        link = format_html("<bdi>{}</bdi>", place.template.name if place else "a template that is gone")
    carried = f", on invoice {', '.join(line.invoices)}" if line.invoices else ""
    return format_html("{} on {}{}{}", name, link, carried, f": {line.reason}" if line.reason else "")
