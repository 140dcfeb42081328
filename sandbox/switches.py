"""The switches: every behaviour of the vendors that nobody has settled, and its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class UnknownSwitchError(ValueError):
    """The name or the value of a switch is not one of those listed, or a sandbox that has begun keeps its own."""


@dataclass(frozen=True)
class Switch:
    """One switch. The first of ``values`` is the default; no values means a whole number.

    A ``lasting`` one shapes the story: it is set when a sandbox begins, and stays.
    """

    name: str
    values: tuple[str, ...]
    meaning: str
    default: str = ""
    lasting: bool = False

    @property
    def initial(self) -> str:
        """The setting a new sandbox starts with."""
        return self.default or self.values[0]

    def accepts(self, value: str) -> bool:
        """Whether that value can be set."""
        return value in self.values if self.values else value.isdigit()


ON_OFF = ("on", "off")
OFF_ON = ("off", "on")

SWITCHES: tuple[Switch, ...] = (
    # --- the story
    Switch(
        "months",
        ("calendar", "field"),
        "what else happens in the story: nothing, or the months of the field",
        lasting=True,
    ),
    # --- Syncro, lists
    Switch("meta", ON_OFF, "`meta` on the lists of products and schedules"),
    Switch("page_size", ("25", "20"), "rows on a page of products, schedules and invoices"),
    Switch("customers_page_size", ("25", "100"), "rows on a page of customers"),
    Switch("per_page", ("ignored", "honoured"), "effect of the parameter `per_page`"),
    Switch("filter_match", ("exact", "like"), "how products' name=, sku=, upc_code= match"),
    Switch("disabled_products", ("hidden", "listed"), "disabled products in the plain list"),
    Switch("disabled_by_id", ("shown", "hidden"), "disabled products when asked by id[]"),
    Switch("include_disabled", ("ignored", "honoured"), "effect of include_disabled=true on products"),
    # --- Syncro, products
    Switch(
        "put_resets_booleans",
        ("all", "maintain_stock", "none"),
        "booleans that a PUT of a product resets when they are left out",
    ),
    Switch("unique_upc", OFF_ON, "a second product with one upc_code is refused (422)"),
    Switch("price_reaches_lines", OFF_ON, "a product's new price changes the template lines that name it"),
    Switch("barcode_miss", ("not_found", "null"), "/products/barcode without a match: 404, or `product` null"),
    Switch("text_limit", (), "characters that names of products and lines keep; 0 means all", default="0"),
    # --- Syncro, lines of schedules
    Switch(
        "remove_key",
        ("any", "line_item_id", "schedule_line_item_id", "ticket_line_item_id", "id", "bare", "refused"),
        "the body that remove_line_item understands",
    ),
    Switch("remove_miss", ("not_found", "silent"), "remove_line_item with another body: 404, or 200 without effect"),
    Switch(
        "negative_cents",
        ("accepted", "refused", "refused_on_add", "zero", "absolute"),
        "what happens to a negative retail_cents or cost_cents",
    ),
    Switch("negative_quantity", ("refused", "accepted"), "a negative quantity on a line"),
    Switch("zero_quantity", ("accepted", "refused"), "the quantity 0 on a line"),
    Switch("quantity_digits", ("2", "4"), "digits behind the point that a line's quantity keeps"),
    Switch("name_autofill", ON_OFF, "a line with product_id alone takes the product's name and prices"),
    Switch("line_put", ("partial", "full"), "a PUT of a line keeps what is left out, or resets it"),
    Switch("next_run_format", ("iso", "date"), "how next_run is written"),
    Switch("new_line_position", ("end", "start"), "where a line without a position goes"),
    # --- Syncro, generation and invoices
    Switch("one_time_after_generation", ("dropped", "kept"), "one-time lines after the template ran"),
    Switch("blank_invoices", OFF_ON, "a template without lines makes an invoice of 0.0"),
    Switch("invoice_wrapper", ("flat", "invoice"), "shape of GET /invoices/{id}"),
    Switch("invoice_schedule_id", OFF_ON, "`schedule_id` on invoices"),
    Switch("since_updated_at", ("filters", "ignored"), "effect of since_updated_at on invoices"),
    # --- Syncro, access
    Switch("token_forms", ("all", "bearer"), "Bearer, bare and `?api_key=`, or only Bearer"),
    Switch("bad_token_body", ("json", "html", "empty"), "body of the 401 for a bad token"),
    Switch("unknown_subdomain", ("html", "redirect"), "answer for a subdomain nobody has"),
    Switch("permission_check", ("first", "after_validation"), "whether 401 comes before 422"),
    Switch("rate_limit", (), "requests in a window before 429; 0 means no limit", default="0"),
    Switch("rate_window", ("sliding", "fixed"), "how the window of the rate limit is counted"),
    Switch("time_scale", (), "how many times faster than real the rate limit's minute passes", default="1"),
    # --- PRISM, invoices
    Switch("csv_columns", ("family", "needed", "extra"), "columns of the invoice: 19, only the 10 needed, or 23"),
    Switch("csv_order", ("usual", "shuffled"), "order of the columns"),
    Switch("csv_bom", OFF_ON, "byte order mark in front of the invoice"),
    Switch("csv_line_end", ("lf", "crlf"), "line ends of the invoice"),
    Switch("csv_delimiter", ("comma", "semicolon"), "what separates the fields; a client must refuse semicolons"),
    Switch("csv_quotes", ("minimal", "all"), "which fields of the invoice are quoted"),
    Switch("csv_header_case", ("usual", "lower", "spaced"), "how column names are written"),
    Switch("amount_digits", ("2", "4"), "digits that SubTotal and SubTotalRrp are rounded to"),
    Switch("ratio_digits", ("6", "4", "10"), "digits that BillableRatio is rounded to"),
    Switch("credit_form", ("quantity", "price"), "a credit has a negative quantity, or a negative unit price"),
    Switch("azure_rows", ("subscription", "meter"), "one Azure row per subscription, or one per meter"),
    Switch("date_offset", ("+00:00", "+10:00"), "offset of the dates in PRISM"),
    Switch("invoice_header", ("minimal", "extended"), "number, totals, currency, status, due date in the header"),
    Switch("invoice_pages", ("none", "fields", "paged"), "page-like fields beside Records, and real paging"),
    # --- PRISM, directory and usage
    Switch("own_company_listed", ON_OFF, "the partner itself is first in /me/customers"),
    Switch("ended_subscriptions", ("listed", "hidden"), "ended subscriptions in the tenants"),
    Switch("subscription_owner", ON_OFF, "TenantId and CustomerId in a subscription asked by id"),
    Switch("usage_settling", OFF_ON, "detailed Azure usage is short on the first two reads"),
)

_BY_NAME = {switch.name: switch for switch in SWITCHES}


def initial_settings() -> dict[str, str]:
    """The default of every switch."""
    return {switch.name: switch.initial for switch in SWITCHES}


def checked(settings: Mapping[str, str]) -> dict[str, str]:
    """The settings as given. Raises UnknownSwitchError for a name or value not listed."""
    for name, value in settings.items():
        switch = _BY_NAME.get(name)
        if switch is None:
            raise UnknownSwitchError(f"there is no switch {name!r}")
        if not switch.accepts(value):
            allowed = " | ".join(switch.values) or "a whole number"
            raise UnknownSwitchError(f"{name} takes {allowed}, not {value!r}")
    return dict(settings)


def changeable(settings: Mapping[str, str]) -> dict[str, str]:
    """The same of a sandbox that has begun. Raises UnknownSwitchError also for a lasting one."""
    for name in checked(settings):
        if _BY_NAME[name].lasting:
            raise UnknownSwitchError(f"{name} is set when a sandbox begins")
    return dict(settings)


def without_lasting(settings: Mapping[str, str]) -> dict[str, str]:
    """What a sandbox that has begun takes of settings that were meant for a new one as well."""
    return {name: value for name, value in checked(settings).items() if not _BY_NAME[name].lasting}


def read_assignments(texts: list[str]) -> dict[str, str]:
    """``name=value`` texts as settings. Raises UnknownSwitchError."""
    pairs = [text.partition("=") for text in texts]
    return checked({name.strip(): value.strip() for name, _, value in pairs})
