"""The billing list."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import Role
from accounts.selectors import Access
from core.editions import seal_edition
from customers.models import Pricing
from invoices.models import BillingItem
from portal.kit.addresses import PLACE
from portal.kit.badges import badge_html
from portal.kit.figures import money_html, write_month
from portal.kit.labels import MOTIONS, PRICINGS
from portal.kit.tables import NUMBER, PortalTable, name_html
from portal.kit.undone import DRAWN
from portal.templatetags.portal import marked
from programs.models import Program
from reports.billing import MAPPED, NOT_MAPPED, BillingRow

_PREVIEW = SafeString('name="preview" value="on" ')


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
        alone = self._sync_alone(record)
        first = format_html('<div class="actions">{}{}</div>', edit, self._switch(record))
        return format_html('{}<div class="actions">{}</div>', first, alone) if alone else first

    def _sync_alone(self, record: Any) -> SafeString | str:
        """Buttons that sync the row's customer and nobody else, where anything of the row syncs."""
        if self.shown[record.pk].state in (NOT_MAPPED, MAPPED) or not self.program.billing_enabled:
            return ""
        url, name = self._url("sync_alone", record.customer_id), record.customer.name
        return format_html_join(
            "",
            '<button class="button plain small" type="submit" form="row-form" {}formaction="{}">{}'
            '<span class="visually-hidden">: {} alone</span></button>',
            ((value, url, word, name) for word, value in (("Preview", _PREVIEW), ("Sync now", ""))),
        )

    def _switch(self, record: Any) -> SafeString | str:
        """The button that turns the sync of the row's mapping over."""
        mapping = self.shown[record.pk].mapping
        if mapping is None:
            return ""
        word = "on" if self.shown[record.pk].state == MAPPED else "off"
        drawn = seal_edition(mapping.values, person_id=self.request.user.pk, page=self.request.get_full_path())
        return format_html(
            '<button class="button small" id="switch-{}" type="submit" form="row-form" name="{}" value="{}"'
            ' formaction="{url}" hx-post="{url}" hx-swap="none">Switch {}'
            '<span class="visually-hidden"> the sync of {}</span></button>',
            record.pk,
            DRAWN,
            drawn,
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
