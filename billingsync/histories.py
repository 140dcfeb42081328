"""What the history of rows keeps of the request that changed them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware

from billingsync.routes import route_of


class RouteHistoryMiddleware(HistoryMiddleware):
    """Person and route: a path may hold a link that lets in, and stands in every backup."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """What each row of history of this request points to."""
        return {**super().get_context(request), "url": route_of(request)}
