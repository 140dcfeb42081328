"""The page that explains every message."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from connections.selectors import targets_in_words
from portal.help.chapters import chapters
from portal.kit.permissions import PartnerRequest, partner_page
from programs.selectors import programs_for


@require_safe
@partner_page()
def explanations(request: PartnerRequest) -> HttpResponse:
    """What each warning and error means, and what to do; each has an address of its own."""
    targets = [program.target for program in programs_for(request)]
    return TemplateResponse(request, "portal/help/explanations.html", {"chapters": chapters(targets_in_words(targets))})
