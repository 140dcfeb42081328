"""What a request costs the server, told in the response's headers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

MILLISECONDS, QUERIES = "X-Bench-Milliseconds", "X-Bench-Queries"


class Stopwatch:
    """The outermost middleware: from the request's arrival to the finished response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        queries = 0

        def count(execute: Callable[..., Any], *call: Any) -> Any:
            nonlocal queries
            queries += 1
            return execute(*call)

        started = time.perf_counter()
        with connection.execute_wrapper(count):
            response = self.get_response(request)
        response[MILLISECONDS] = f"{(time.perf_counter() - started) * 1000:.2f}"
        response[QUERIES] = str(queries)
        return response
