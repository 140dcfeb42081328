"""Which route a request takes, by name: a path may hold what lets its reader in."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import Resolver404, resolve

NO_ROUTE = "none"


def route_of(request: HttpRequest) -> str:
    """The name of the route, also before the view is chosen; "none" where there is no such page."""
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return NO_ROUTE
    return match.url_name or match.route
