"""Which columns of a list somebody has hidden, remembered by the browser."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.kit.going_back import came_from
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.remembering import remember, remembered

MOST_COLUMNS = 20
_NAME = re.compile(r"[a-z_]{1,30}")


def hidden_columns(request: HttpRequest, list_name: str) -> list[str]:
    """Names of the columns of that list that this browser hides."""
    return _names(remembered(request, _cookie(list_name)).split("."))


@require_POST
@partner_page()
def choose_columns(request: PartnerRequest) -> HttpResponse:
    """Hide the columns that are named and not ticked, and go back to the list."""
    response = redirect(came_from(request, f"/p/{request.partner.slug}/"))
    for list_name in _names([request.POST.get("list", "")]):
        shown = request.POST.getlist("show")
        hidden = [name for name in _names(request.POST.getlist("column")) if name not in shown]
        remember(response, _cookie(list_name), ".".join(hidden))
    return response


def _names(words: list[str]) -> list[str]:
    return [word for word in words[:MOST_COLUMNS] if _NAME.fullmatch(word)]


def _cookie(list_name: str) -> str:
    return f"columns_{list_name}"
