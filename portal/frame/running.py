"""The running sync in the top bar."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from portal.kit.permissions import PartnerRequest, partner_page


@require_safe
@partner_page()
def running(request: PartnerRequest) -> HttpResponse:
    """The pill in the top bar, asked for again and again while a sync runs."""
    return TemplateResponse(request, "portal/frame/shell/running.html")
