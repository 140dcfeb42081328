"""Record the calls that the product sends, and send the same again from a bare loop."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import requests

from bench.installation import BenchFailedError


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it left."""

    method: str
    url: str
    body: bytes | None
    headers: Mapping[str, str]
    status: int


@contextmanager
def recorded() -> Iterator[list[Sent]]:
    """Everything that is sent by ``requests`` in this process while the block lasts."""
    calls: list[Sent] = []
    send = requests.Session.request

    def note(session: requests.Session, method: str, url: str, **how: Any) -> requests.Response:
        answer = send(session, method, url, **how)
        calls.append(Sent(method, url, how.get("data"), how.get("headers") or {}, answer.status_code))
        return answer

    with mock.patch.object(requests.Session, "request", note):
        yield calls


def replay(calls: Sequence[Sent]) -> float:
    """Seconds that a plain loop needs for the same calls, each answer parsed where it is JSON."""
    started = time.perf_counter()
    token = ""
    with requests.Session() as session:
        for call in calls:
            headers = dict(call.headers)
            if token and "/prism/" in call.url and "Authorization" in headers:
                headers["Authorization"] = token
            answer = session.request(call.method, call.url, data=call.body, headers=headers, timeout=60)
            if answer.status_code != call.status:
                raise BenchFailedError(f"{call.method} {call.url}: {call.status} before, {answer.status_code} now")
            if "json" in answer.headers["Content-Type"] and answer.content:
                told = answer.json()
                if "access_token" in told:
                    token = f"Bearer {told['access_token']}"
    return time.perf_counter() - started
