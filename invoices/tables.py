"""Tables of the billing list and of source invoices."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.badges import badge_html
from accounts.figures import money_html, write_month
from accounts.tables import NUMBER, MonthColumn, PortalTable, QuantityColumn, name_html
from customers.models import Pricing
from invoices.models import SourceInvoice
from invoices.selectors import BillingRow, Money
from programs.models import Program


class BillingTable(PortalTable):
    """One row per customer and motion, with the money at stake."""

    customer = tables.Column(accessor="customer__name", attrs={"td": {"class": "name"}})
    motion = tables.Column(accessor="motion_label")
    state = tables.Column(accessor="state")
    target = tables.Column(
        accessor="mapping__target_customer__name",
        verbose_name="Mapped to",
        default="–",
        attrs={"td": {"class": "name"}},
    )
    retail = tables.Column(accessor="money__retail", verbose_name="Retail", attrs=NUMBER)
    actions = tables.TemplateColumn(
        template_name="invoices/billing_actions.html",
        verbose_name="",
        orderable=False,
        attrs={"td": {"class": "row-actions"}},
    )

    class Meta(PortalTable.Meta):
        pass

    empty_title = "Nothing here"
    empty_help = "Rows appear as soon as an invoice was read that charges the customer."

    def __init__(self, *args: Any, program: Program, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.program = program
        self.columns["retail"].column.verbose_name = f"Retail, latest month ({currency})"

    def render_customer(self, record: BillingRow) -> SafeString:
        url = reverse("customer", args=[self.request.partner.slug, self.program.pk, record.customer.pk])
        return name_html(url, record.customer.name, record.customer.domain or record.customer.external_id)

    def render_motion(self, record: BillingRow) -> SafeString:
        return format_html('<span class="tag">{}</span>', record.motion_label)

    def render_state(self, record: BillingRow) -> SafeString:
        badge = badge_html(record.state, record.state_label)
        if not record.problems:
            return badge
        return format_html('{}<span class="under note-cell">{}</span>', badge, " ".join(record.problems))

    def render_target(self, record: BillingRow) -> SafeString:
        if record.mapping is None:
            return format_html('<span class="quiet">{}</span>', "–")
        mapping = record.mapping
        partly = "" if mapping.pricing == Pricing.COST_AND_RETAIL else f" · {mapping.get_pricing_display()}"
        return format_html(
            '<bdi>{}</bdi><span class="under"><bdi>{}</bdi>{}</span>',
            mapping.target_customer.name,
            mapping.template.name,
            partly,
        )

    def render_retail(self, record: BillingRow) -> SafeString:
        return format_html(
            '{}<span class="under">{}</span>', money_html(record.money.retail), write_month(record.month)
        )


class InvoiceTable(PortalTable):
    """Source invoices, the newest first."""

    number = tables.Column(verbose_name="Invoice")
    month = MonthColumn(verbose_name="Usage")
    state = tables.Column()
    row_count = QuantityColumn(verbose_name="Rows")
    cost = tables.Column(empty_values=(), orderable=False, attrs=NUMBER)
    retail = tables.Column(empty_values=(), orderable=False, attrs=NUMBER)

    class Meta(PortalTable.Meta):
        model = SourceInvoice
        fields = ("number", "month", "state", "row_count", "cost", "retail")

    empty_title = "No invoice was read yet"
    empty_help = "The first billing sync reads the distributor’s invoices."

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.program = program
        self.totals: dict[int, Money] = {}

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
        return self._amount(record, self.totals[record.pk].cost)

    def render_retail(self, record: SourceInvoice) -> SafeString:
        return self._amount(record, self.totals[record.pk].retail)

    def _amount(self, record: SourceInvoice, amount: Any) -> SafeString:
        return format_html('{} <span class="word">{}</span>', money_html(amount), record.currency)
