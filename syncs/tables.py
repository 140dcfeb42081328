"""Tables of runs, invoice rows and lines."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.badges import badge_html
from accounts.figures import (
    money_html,
    pair_html,
    when_html,
    write_duration,
    write_period,
)
from accounts.icons import icon_html
from accounts.tables import NUMBER, MoneyColumn, PortalTable, PriceColumn, QuantityColumn, StateColumn, WhenColumn
from core.money import from_cents
from invoices.models import Charge
from programs.models import Program
from syncs.change_rows import change_row
from syncs.models import Change, Line, Run
from syncs.overview import counts_of
from syncs.template_lines import TemplatePlace


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
    started_by = tables.Column()
    duration = tables.Column(empty_values=(), orderable=False)

    class Meta(PortalTable.Meta):
        model = Run
        fields = ("created_at", "kind", "status", "counts", "started_by", "duration")

    card_title = "created_at"
    card_figure = "status"
    list_name = "runs"
    choosable = ("kind", "status", "counts", "started_by", "duration")

    empty_title = "No sync has run yet"
    empty_help = "The scheduled sync runs daily; Sync now starts one at once."

    def render_created_at(self, record: Run) -> SafeString:
        url = reverse("run", args=[self.request.partner.slug, record.pk])
        return format_html('<a href="{}">{}</a>', url, when_html(record.created_at))

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
        under = record.problem or record.subscription_ref
        return format_html('{}<span class="under">{}</span>', record.product_name or "–", under)

    def render_kind(self, record: Charge) -> SafeString:
        if record.kind in {"unknown", "credit"}:
            return badge_html(record.kind, record.get_kind_display())
        return format_html('<span class="nowrap">{}</span>', record.get_kind_display())

    def render_period(self, value: str) -> SafeString:
        return format_html('<span class="nowrap">{}</span>', write_period(value))


class LineTable(PortalTable):
    """Our lines on invoice templates: what they are called there, and what they come to."""

    name = tables.Column(empty_values=(), orderable=False, verbose_name="Line", attrs={"td": {"class": "name"}})
    template_id = tables.Column(verbose_name="Invoice template", attrs={"td": {"class": "name"}})
    quantity = QuantityColumn()
    cost = MoneyColumn(empty_values=(), orderable=False)
    retail = MoneyColumn(empty_values=(), orderable=False)
    total = MoneyColumn(empty_values=(), orderable=False)
    state = StateColumn()
    written_at = WhenColumn(verbose_name="Written")

    class Meta(PortalTable.Meta):
        model = Line
        fields = ("name", "template_id", "quantity", "cost", "retail", "total", "state", "written_at")

    empty_title = "No line of ours yet"
    empty_help = "Lines appear here when a billing sync has written them."
    card_title = "name"
    card_figure = "total"
    list_name = "lines"
    choosable = ("template_id", "quantity", "cost", "retail", "total", "state", "written_at")
    many_columns = True

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places: dict[int, TemplatePlace] = {}  # by the target's id of the template
        titles = {"cost": "Unit cost", "retail": "Unit price", "total": "Line total"}
        for name, title in titles.items():
            self.columns[name].column.verbose_name = f"{title} ({currency})"

    def render_name(self, record: Line) -> SafeString:
        place = self.places.get(record.template_id)
        line = place.lines.get(record.line_id) if place else None
        name = line.name if line else str(record.product or record.get_role_display())
        period = write_period(record.period) if record.period else "every month"
        under = f"{record.get_role_display()}, {period}"
        return format_html('<bdi>{}</bdi><span class="under">{}</span>', name, under)

    def render_template_id(self, record: Line) -> SafeString:
        return template_html(self.places.get(record.template_id), record.template_id)

    def render_cost(self, record: Line) -> SafeString:
        return money_html(from_cents(record.cost_cents))

    def render_retail(self, record: Line) -> SafeString:
        return money_html(from_cents(record.retail_cents))

    def render_total(self, record: Line) -> SafeString:
        return money_html(record.quantity * from_cents(record.retail_cents))


def template_html(place: TemplatePlace | None, number: int) -> SafeString:
    """A template's name, a link into the target where it is there, and its number."""
    under = f"No. {number}"
    if place is None or not place.url:
        name = place.template.name if place else "No longer in the target"
        return format_html('<bdi>{}</bdi><span class="under">{}</span>', name, under)
    return format_html(
        '<a href="{}" target="_blank" rel="noopener noreferrer"><bdi>{}</bdi>{}</a><span class="under">{}</span>',
        place.url,
        place.template.name,
        icon_html("out", "opens a new window"),
        under,
    )


class ItemTable(PortalTable):
    """What syncs did about one product or customer, with the values before and after."""

    run = tables.Column(order_by="run__created_at")
    what = tables.Column(orderable=False, attrs={"td": {"class": "name"}})
    action = tables.Column()
    quantity = tables.Column(empty_values=(), orderable=False, attrs=NUMBER)
    cost_change = tables.Column(empty_values=(), orderable=False, verbose_name="Unit cost", attrs=NUMBER)
    retail_change = tables.Column(empty_values=(), orderable=False, verbose_name="Unit price", attrs=NUMBER)
    state = StateColumn(verbose_name="Outcome")

    class Meta(PortalTable.Meta):
        model = Change
        fields = ("run", "what", "action", "quantity", "cost_change", "retail_change", "state")

    empty_title = "No sync has touched it yet"
    card_title = "what"
    card_figure = "run"
    many_columns = True

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns["cost_change"].column.verbose_name = f"Unit cost ({currency})"
        self.columns["retail_change"].column.verbose_name = f"Unit price ({currency})"

    def render_run(self, record: Change) -> SafeString:
        url = reverse("change", args=[self.request.partner.slug, record.run_id, record.pk])
        preview = format_html('<span class="under">{}</span>', "Preview") if record.run.preview else ""
        return format_html('<a href="{}">{}</a>{}', url, when_html(record.run.created_at), preview)

    def render_what(self, record: Change) -> SafeString:
        why = record.error or record.reason
        under = format_html('<span class="under">{}</span>', why) if why else ""
        return format_html("<bdi>{}</bdi>{}", record.what, under)

    def render_quantity(self, record: Change) -> SafeString | str:
        pair = change_row(record).quantity
        return pair_html(pair.old, pair.new)

    def render_cost_change(self, record: Change) -> SafeString | str:
        pair = change_row(record).cost
        return pair_html(pair.old, pair.new, money=True)

    def render_retail_change(self, record: Change) -> SafeString | str:
        pair = change_row(record).retail
        return pair_html(pair.old, pair.new, money=True)
