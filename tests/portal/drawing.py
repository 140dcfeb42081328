"""A browser that sends a form as its page drew it: with the edition that the page carries."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.test import Client
from django.urls import Resolver404, resolve, reverse

from accounts.services import list_partners
from core.scope import partner_scope
from customers.models import Mapping as MappingRow

DRAWN = re.compile(r'name="drawn" value="([^"]+)"')


def _dialog(slug: str, program_id: int, mapping_id: int) -> str:
    (partner_id,) = [one.partner_id for one in list_partners() if one.slug == slug]
    with partner_scope(partner_id):
        found = MappingRow.objects.filter(pk=mapping_id).first()
    return reverse("mapping", args=[slug, program_id, found.customer_id, found.motion]) if found else ""


def _product(slug: str, program_id: int, product_id: int) -> str:
    return reverse("product", args=[slug, program_id, product_id])


# Forms that carry an edition, by the name of the route which takes them: the page that draws each, where it is another.
ELSEWHERE: dict[str, Callable[..., str]] = {
    "change_role": lambda slug, **_: reverse("users", args=[slug]),
    "detach_product": _product,
    "follow_product": _product,
    "switch_sync": lambda slug, program_id, **_: f"{reverse('billing', args=[slug, program_id])}?tab=all&page_size=100",
    "undo_decision": lambda slug: reverse("inbox", args=[slug]),
    "unmap": _dialog,
}
OWN_PAGE = {
    "adopt_product", "connect", "disconnect", "edit_program", "mail_preferences", "mapping", "partner_settings",
    "profile", "remove_member", "set_up_program",
}  # fmt: skip


class DrawingClient(Client):
    """Draws a form before it is sent without an edition; ``undrawn`` sends it as it is."""

    def post(  # type: ignore[override]  # whatever else it takes is passed on
        self, path: str, data: Any = None, *args: Any, undrawn: bool = False, **options: Any
    ) -> Any:
        """As a person does who opens the page and presses its button."""
        if not undrawn and isinstance(data or {}, Mapping) and "drawn" not in (data or {}):
            sealed = self.draw(path)
            data = {**(data or {}), "drawn": sealed} if sealed else data
        return super().post(path, data, *args, **options)

    def draw(self, path: str) -> str:
        """What the page of a form says that it was drawn from, "" where it says nothing."""
        page = page_of(path)
        if not page:
            return ""
        text = super().get(page).content.decode()
        place = re.escape(path)
        button = re.search(rf'name="drawn" value="([^"]+)"[^>]*formaction="{place}"', text)
        form = re.search(rf'action="{place}"(?:(?!</form>).)*?name="drawn" value="([^"]+)"', text, re.DOTALL)
        found = button or form or DRAWN.search(text)
        return found.group(1) if found else ""


def page_of(path: str) -> str:
    """The page that draws the form of an address; "" where its form carries no edition."""
    try:
        found = resolve(path.partition("?")[0])
    except Resolver404:
        return ""
    name = found.url_name or ""
    return ELSEWHERE[name](**found.kwargs) if name in ELSEWHERE else path if name in OWN_PAGE else ""
