"""Template tags and filters of every page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms, template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.browsers import describe_browser
from accounts.models import Membership, Role
from accounts.services import role_of
from core.editions import seal_edition
from portal.kit import figures
from portal.kit.answers import answer_buttons
from portal.kit.badges import badge_html, verdict_html
from portal.kit.icons import icon_html
from portal.kit.page_sizes import PAGE_SIZES, page_size
from portal.kit.terms import write_terms
from products.models import Product

register = template.Library()

register.filter("answer_buttons", answer_buttons)
register.filter("price", figures.write_price)
register.filter("quantity", figures.write_quantity)
register.filter("period", figures.write_period)
register.filter("duration", figures.write_duration)
register.filter("browser", describe_browser)
register.simple_tag(icon_html, name="icon")
register.simple_tag(badge_html, name="badge")
register.simple_tag(verdict_html, name="month_verdict")


@register.filter
def money(amount: Decimal | str | None, word: str = "credit") -> SafeString:
    """An amount in currency units; stored decimal strings are read exactly."""
    return figures.money_html(_decimal(amount), word)


@register.filter
def amount(value: Decimal | str | int | None) -> str:
    """An amount as text alone, for diffs."""
    return figures.write_money(_decimal(value))


@register.filter
def number(value: Decimal | str | int | None) -> str:
    """A stored quantity."""
    return figures.write_quantity(_decimal(value))


@register.filter
def when(moment: dt.datetime | None) -> SafeString:
    """A time as a person says it."""
    return figures.when_html(moment)


@register.filter
def month(day: dt.date | None) -> str:
    """ "Sep 2026"."""
    return figures.write_month(day) if day else figures.NOTHING


@register.filter
def month_name(day: dt.date) -> str:
    """ "Sep"."""
    return figures.write_month_name(day)


@register.filter
def day(value: dt.date | None) -> str:
    """ "5 Sep 2026"."""
    return figures.write_date(value) if value else figures.NOTHING


@register.filter
def item(mapping: dict[Any, Any] | None, key: Any) -> Any:
    """The value of a key; nothing for a missing one."""
    return (mapping or {}).get(key, "")


@register.filter
def at(row: Sequence[Any], place: int) -> Any:
    """What stands at that place, counted from 0."""
    return row[place]


@register.simple_tag(takes_context=True)
def may(context: template.Context, role: str) -> bool:
    """True when the reader's role at this partner may do what ``role`` may."""
    access = getattr(context.get("request"), "access", None)
    return bool(access and access.reaches(Role(role)))


@register.simple_tag(takes_context=True)
def address(context: template.Context, name: str, value: object, without: str = "") -> str:
    """The address of this page with one query value replaced, and another one left out."""
    query = context["request"].GET.copy()
    query[name] = str(value)
    query.pop(without, None)
    return f"?{query.urlencode()}"


@register.simple_tag
def list_link(url: str, plain: str = "") -> SafeString:
    """The address of a list's link; where scripts run, the list alone is swapped and the address follows.

    ``plain``: an ordinary link, as for a second list of a page.
    """
    if plain:
        return format_html('href="{}"', url)
    return format_html('href="{0}" hx-get="{0}" hx-push-url="true"', url)


@register.inclusion_tag("portal/kit/lists/page_sizes.html", takes_context=True)
def page_sizes(context: template.Context, count: int) -> dict[str, Any]:
    """Buttons that choose how many of the list's ``count`` rows a page has; nothing for a short list."""
    request = context["request"]
    return {"request": request, "count": count, "page_sizes": PAGE_SIZES, "chosen": page_size(request)}


@register.filter
def folded_fields(form: forms.Form) -> list[forms.BoundField]:
    """The fields of a list's filters but for the search box."""
    return [field for field in form if getattr(field.field.widget, "input_type", "") != "search"]


@register.simple_tag(takes_context=True)
def drawn_role(context: template.Context, membership: Membership) -> str:
    """What a button that changes a member was drawn from."""
    request = context["request"]
    return seal_edition(role_of(membership), person_id=request.user.pk, page=request.get_full_path())


@register.simple_tag(takes_context=True)
def drawn(context: template.Context, values: Mapping[str, object]) -> str:
    """What a button was drawn from."""
    request = context["request"]
    return seal_edition(values, person_id=request.user.pk, page=request.get_full_path())


@register.simple_tag
def terms(product: Product) -> str:
    """Term and billing cycle in words."""
    return write_terms(product.term, product.billing_cycle)


@register.filter
def initials(name: str) -> str:
    """Up to two letters that stand for a name."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def marked(text: str, words: str) -> SafeString:
    """The text with every occurrence of the words marked."""
    if not words:
        return format_html("{}", text)
    pieces = re.split(f"({re.escape(words)})", text, flags=re.IGNORECASE)
    return format_html_join("", "{}", ((_mark(piece) if place % 2 else piece,) for place, piece in enumerate(pieces)))


def _decimal(value: Decimal | str | int | None) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    return None if value in (None, "") else Decimal(str(value))


def _mark(text: str) -> SafeString:
    return format_html("<mark>{}</mark>", text)
