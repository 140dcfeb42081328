"""Tables of the billing list and of source invoices."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.badges import badge_html
from accounts.figures import money_html, write_month
from accounts.models import Role
from accounts.selectors import Access
from accounts.tables import NUMBER, MonthColumn, PortalTable, QuantityColumn, name_html
from accounts.templatetags.portal import marked
from customers.models import Pricing
from invoices.billing_list import MAPPED, BillingRow
from invoices.models import BillingItem, SourceInvoice
from programs.models import Motion, Program

MOTIONS = dict(Motion.choices)
PRICINGS = dict(Pricing.choices)
PLACE = 4_611_686_018_427_387_904  # stands for a row's id in an address


class TickColumn(tables.Column):
    """A box per row; its header ticks all of the page where scripts run."""

    @property
    def header(self) -> SafeString:
        return format_html(
            '<span class="visually-hidden">Tick</span>'
            '<input type="checkbox" data-tick-all data-needs-script aria-label="{}">',
            "Tick all rows of this page",
        )


class BillingTable(PortalTable):
    """One row per customer and motion, with the money at stake."""

    tick = TickColumn(empty_values=(), orderable=False, attrs={"td": {"class": "tick"}})
    customer = tables.Column(accessor="customer__name", verbose_name="Customer", attrs={"td": {"class": "name"}})
    motion = tables.Column()
    state = tables.Column(empty_values=())
    target = tables.Column(
        empty_values=(),
        order_by="mapped__target_customer__name",
        verbose_name="Mapped to",
        attrs={"td": {"class": "name"}},
    )
    retail = tables.Column(verbose_name="Retail", attrs=NUMBER)
    actions = tables.Column(empty_values=(), verbose_name="", orderable=False, attrs={"td": {"class": "row-actions"}})

    class Meta(PortalTable.Meta):
        model = BillingItem
        fields = ("tick", "customer", "motion", "state", "target", "retail", "actions")

    card_title = "customer"
    card_figure = "retail"
    list_name = "billing"
    choosable = ("motion", "state", "target", "retail")
    empty_title = "Nothing here"
    empty_help = "Rows appear as soon as an invoice was read that charges the customer."

    def __init__(self, *args: Any, program: Program, currency: str, words: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.program = program
        self.words = words.strip()  # what was searched for, marked where it was found
        self.shown: dict[int, BillingRow] = {}  # of this page, by the item's id
        self._patterns: dict[tuple[str, ...], str] = {}
        self.columns["retail"].column.verbose_name = f"Retail ({currency})"

    def render_tick(self, record: Any) -> SafeString | str:
        """A box where there is a mapping to switch."""
        if not record.mapping_id:
            return ""
        return format_html(
            '<input type="checkbox" name="row" value="{}-{}" form="bulk" aria-label="Tick {}">',
            record.customer_id,
            record.motion,
            self._row_name(record),
        )

    def render_customer(self, record: BillingItem) -> SafeString:
        url = self._url("customer", record.customer_id)
        under = record.customer.domain or record.customer.external_id
        return name_html(url, marked(record.customer.name, self.words), marked(under, self.words))

    def render_motion(self, record: BillingItem) -> SafeString:
        return format_html('<span class="tag">{}</span>', MOTIONS[record.motion])

    def render_state(self, record: BillingItem) -> SafeString:
        row = self.shown[record.pk]
        badge = badge_html(row.state, row.state_label)
        if not row.problems:
            return badge
        return format_html('{}<span class="under note-cell">{}</span>', badge, " ".join(row.problems))

    def render_target(self, record: BillingItem) -> SafeString:
        mapping = self.shown[record.pk].mapping
        if mapping is None:
            return format_html('<span class="quiet nothing">{}</span>', "–")
        partly = "" if mapping.pricing == Pricing.COST_AND_RETAIL else f" · {PRICINGS[mapping.pricing]}"
        return format_html(
            '<bdi>{}</bdi><span class="under"><bdi>{}</bdi>{}</span>',
            mapping.customer,
            mapping.template,
            partly,
        )

    def render_retail(self, record: BillingItem) -> SafeString:
        return format_html('{}<span class="under">{}</span>', money_html(record.retail), write_month(record.month))

    def render_actions(self, record: Any) -> SafeString | str:
        if not self.may_map:
            return ""
        url = self._url("mapping", record.customer_id, record.motion)
        edit = format_html(
            '<a class="button small" id="map-{3}" href="{0}" hx-get="{0}" hx-target="#dialog" hx-swap="innerHTML">{1}'
            '<span class="visually-hidden"> {2}</span></a>',
            url,
            "Edit" if record.mapping_id else "Map",
            self._row_name(record),
            record.pk,
        )
        return format_html('<div class="actions">{}{}</div>', edit, self._switch(record))

    def _switch(self, record: Any) -> SafeString | str:
        """The button that turns the sync of the row's mapping over."""
        if not record.mapping_id:
            return ""
        word, value = ("on", "on") if self.shown[record.pk].state == MAPPED else ("off", "")
        return format_html(
            '<button class="button small" id="switch-{}" type="submit" form="row-form" name="on" value="{}"'
            ' formaction="{url}" hx-post="{url}" hx-swap="none">Switch {}'
            '<span class="visually-hidden"> the sync of {}</span></button>',
            record.pk,
            value,
            word,
            self._row_name(record),
            url=self._url("switch_sync", record.mapping_id),
        )

    def _url(self, name: str, number: int, *rest: str) -> str:
        """An address of the row; what is the same for all rows is asked for once."""
        pattern = self._patterns.get((name, *rest))
        if pattern is None:
            pattern = reverse(name, args=[self.request.partner.slug, self.program.pk, PLACE, *rest])
            self._patterns[name, *rest] = pattern
        return pattern.replace(str(PLACE), str(number))

    def _row_name(self, record: Any) -> str:
        return f"{record.customer.name}, {MOTIONS[record.motion]}"

    @cached_property
    def may_map(self) -> bool:
        """True when the reader may change mappings."""
        access: Access = self.request.access
        return access.reaches(Role.SUPPORT)


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
