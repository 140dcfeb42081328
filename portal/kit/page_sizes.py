"""How many rows a page of a list has, remembered by the browser."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.kit.going_back import came_from
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.remembering import remember, remembered

PAGE_SIZES = (25, 50, 100)
_BY_WORD = {str(size): size for size in PAGE_SIZES}
_COOKIE = "rows"


def page_size(request: HttpRequest) -> int:
    """What this browser has chosen; the fewest where it has not."""
    return _BY_WORD.get(remembered(request, _COOKIE), PAGE_SIZES[0])


@require_POST
@partner_page()
def choose_page_size(request: PartnerRequest) -> HttpResponse:
    """Remember how many rows a page has, and go back to the list."""
    response = redirect(came_from(request, f"/p/{request.partner.slug}/"))
    chosen = request.POST.get("rows", "")
    if chosen in _BY_WORD:
        remember(response, _COOKIE, chosen)
    return response
