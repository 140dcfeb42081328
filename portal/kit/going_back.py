"""Where a form leads back to: the list that it was sent from, with its search and its page."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def came_from(request: HttpRequest, otherwise: str) -> str:
    """The address that the form names as ``next``, never that of another site; else ``otherwise``."""
    back = request.POST.get("next", "")
    return back if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None) else otherwise
