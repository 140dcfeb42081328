"""Tables of source invoices and their rows."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from invoices.models import Charge, SourceInvoice
from portal.kit.badges import badge_html
from portal.kit.figures import money_html, write_period
from portal.kit.tables import (
    NUMBER,
    MoneyColumn,
    MonthColumn,
    PortalTable,
    PriceColumn,
    QuantityColumn,
    name_html,
)
from programs.models import Program


class InvoiceTable(PortalTable):
    """Source invoices, the newest first."""

    number = tables.Column(verbose_name="Invoice")
    month = MonthColumn(verbose_name="Usage")
    state = tables.Column()
    row_count = QuantityColumn(verbose_name="Rows")
    cost = tables.Column(accessor="charged_cost", attrs=NUMBER)
    retail = tables.Column(accessor="charged_retail", attrs=NUMBER)

    class Meta(PortalTable.Meta):
        model = SourceInvoice
        fields = ("number", "month", "state", "row_count", "cost", "retail")

    card_title = "number"
    card_figure = "retail"
    list_name = "invoices"
    choosable = ("month", "state", "row_count", "cost", "retail")
    empty_title = "No invoice was read yet"
    empty_help = "The first billing sync reads the distributor’s invoices."

    def __init__(self, *args: Any, program: Program, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.program = program
        self.currency = currency
        for name in ("cost", "retail"):
            self.columns[name].column.verbose_name = f"{name.title()} ({currency})"

    def render_number(self, record: SourceInvoice) -> SafeString:
        url = reverse("invoice", args=[self.request.partner.slug, self.program.pk, record.pk])
        return name_html(url, record.number, record.program_name)

    def render_state(self, record: SourceInvoice) -> SafeString:
        if record.past:
            return badge_html("skipped", "Before the start")
        badge = badge_html(record.state, record.get_state_display())
        changed = badge_html("warning", "Changed at the source") if record.changed_hash else ""
        return format_html("{} {}", badge, changed)

    def render_cost(self, record: SourceInvoice) -> SafeString:
        return self._amount(record, record.charged_cost)

    def render_retail(self, record: SourceInvoice) -> SafeString:
        return self._amount(record, record.charged_retail)

    def _amount(self, record: SourceInvoice, amount: Any) -> SafeString:
        """The currency stands in the header; an invoice in another one says so."""
        other = "" if record.currency == self.currency else record.currency
        return (
            format_html('{} <span class="word">{}</span>', money_html(amount), other) if other else money_html(amount)
        )


class ChargeTable(PortalTable):
    """Rows of a source invoice."""

    line = tables.Column(verbose_name="Line")
    customer = tables.Column(order_by="customer__name")
    product_name = tables.Column(verbose_name="Product", attrs={"td": {"class": "name"}})
    kind = tables.Column()
    period = tables.Column()
    quantity = QuantityColumn()
    unit_retail = PriceColumn(verbose_name="Unit retail")
    cost = MoneyColumn(verbose_name="Cost")
    retail = MoneyColumn(verbose_name="Retail")

    class Meta(PortalTable.Meta):
        model = Charge
        fields = ("line", "customer", "product_name", "kind", "period", "quantity", "unit_retail", "cost", "retail")

    card_title = "product_name"
    card_figure = "retail"
    list_name = "charges"
    many_columns = True
    choosable = ("line", "customer", "kind", "period", "quantity", "unit_retail", "cost", "retail")

    def __init__(self, *args: Any, program: Program, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.program = program
        for name in ("cost", "retail"):
            self.columns[name].column.verbose_name = f"{name.title()} ({currency})"

    def render_customer(self, record: Charge) -> SafeString:
        if record.customer is None:
            return format_html("{}", "–")
        url = reverse("customer", args=[self.request.partner.slug, self.program.pk, record.customer_id])
        return format_html('<a href="{}"><bdi>{}</bdi></a>', url, record.customer.name)

    def render_product_name(self, record: Charge) -> SafeString:
        told = f", {record.get_motion_display()} by {record.get_motion_by_display()}" if record.motion_by else ""
        under = record.problem or f"{record.subscription_ref}{told}"
        return format_html('{}<span class="under">{}</span>', record.product_name or "–", under)

    def render_kind(self, record: Charge) -> SafeString:
        if record.kind in {"unknown", "credit"}:
            return badge_html(record.kind, record.get_kind_display())
        return format_html('<span class="nowrap">{}</span>', record.get_kind_display())

    def render_period(self, value: str) -> SafeString:
        return format_html('<span class="nowrap">{}</span>', write_period(value))
