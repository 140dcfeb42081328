"""One request out, one answer in: what arrived, or how it got lost."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import BinaryIO, cast

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from connectors.edge.answers import Answer, Download
from connectors.edge.network_guard import ConnectionGuard
from connectors.edge.redaction import Redactor
from connectors.edge.retrying import seconds_of_retry_after
from connectors.edge.wire import decode_json

_CHUNK_BYTES = 16 * 1024
_EXCERPT_BYTES = 2000


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the edge sends it; never shown, for its headers and body hold secrets."""

    method: str
    url: str = field(repr=False)
    body: bytes | None = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    repeatable: bool
    counted: bool
    expects_json: bool
    seconds: float  # for the whole answer
    max_bytes: int
    expects_text: bool = False

    @property
    def writes(self) -> bool:
        """Whether a lost answer leaves the question open if something was changed."""
        return not self.repeatable


class Loss(Enum):
    """Why there is no proper answer, as far as it decides who must act."""

    BROKEN = "broken"
    UNTRUSTED = "untrusted"  # the other side's certificate
    UNSENDABLE = "unsendable"  # an address or credential that fits into no request
    TOO_LARGE = "too large"


@dataclass(frozen=True, slots=True)
class Lost:
    """No proper answer: ``reason`` in plain words; ``sent`` unless it surely never left."""

    reason: str
    sent: bool
    kind: Loss = Loss.BROKEN


# How a page begins: a declaration, a comment or a tag. In a table with a stray "<" a comma ends the first name.
_MARKUP = re.compile(rb"<(?:[!?]|[a-z][a-z0-9]*(?:[\s/>]|$))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Received:
    """A complete answer. The body is in ``sink``, which belongs to the edge's call."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    sink: tempfile.SpooledTemporaryFile[bytes] = field(repr=False)
    size: int
    payload: object = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Status 2xx."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """Media type in lower case, without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def request_id(self) -> str:
        """The vendor's own number of this request, "" where it gives none."""
        return self.headers.get("X-Request-Id", "")

    @property
    def day(self) -> dt.date | None:
        """The vendor's own day, in UTC; None where the answer is not dated readably."""
        return self.dated_at.date() if self.dated_at else None

    @property
    def dated_at(self) -> dt.datetime | None:
        """When it was written, by the vendor's clock; None where the answer is not dated readably."""
        try:
            return parsedate_to_datetime(self.headers.get("Date", ""))
        except ValueError:
            return None

    @property
    def retry_after(self) -> float | None:
        """Seconds that the vendor asks to wait."""
        return seconds_of_retry_after(self.headers.get("Retry-After"))

    def start(self) -> bytes:
        """The first bytes of the body."""
        self.sink.seek(0)
        return self.sink.read(_EXCERPT_BYTES)

    @property
    def looks_like_html(self) -> bool:
        """Whether the body is a web page: a login form, a firewall, a gateway's apology."""
        return _MARKUP.match(self.start().lstrip(b"\xef\xbb\xbf \t\r\n")) is not None

    def parse(self) -> object:
        """The body as JSON; ``ValueError`` where it is none. Only status 204 has none to parse."""
        self.sink.seek(0)
        return None if self.status == 204 else decode_json(self.sink.read())

    def describe(self, redactor: Redactor) -> str:
        """Status and start of a refusal's body, without secrets, for an operator."""
        return f"HTTP {self.status}: {self._excerpt(redactor)}"

    def answer(self, redactor: Redactor) -> Answer:
        """What callers of the edge get to see."""
        excerpt = "" if self.ok else self._excerpt(redactor)
        return Answer(self.status, self.payload, excerpt, redactor.clean(self.request_id, limit=80))

    def download(self) -> Download:
        """The body as a file, from its start."""
        self.sink.seek(0)
        return Download(cast("BinaryIO", self.sink), self.size, self.content_type)

    def _excerpt(self, redactor: Redactor) -> str:
        return redactor.clean(self.start().decode("utf-8", "replace"))


class Exchange:
    """Sends a call and collects its answer in one temporary file, used again by each attempt."""

    def __init__(self, sink: tempfile.SpooledTemporaryFile[bytes]) -> None:
        self._sink = sink

    def send(
        self,
        session: requests.Session,
        call: Call,
        timeouts: tuple[float, float],
        guard: ConnectionGuard,
    ) -> Received | Lost:
        """Send once. What requests raises is turned into plain words: it carries the request."""
        try:
            return self._exchange(session, call, timeouts)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader, UnicodeError):
            return Lost("it cannot be put into a request", sent=False, kind=Loss.UNSENDABLE)
        except (requests.RequestException, OSError) as error:
            return _explain(error, sent=not (guard.never_sent or _never_connected(error)))

    def _exchange(self, session: requests.Session, call: Call, timeouts: tuple[float, float]) -> Received | Lost:
        response = session.request(
            call.method,
            call.url,
            data=call.body,
            headers=dict(call.headers),
            timeout=timeouts,
            stream=True,
            allow_redirects=False,
        )
        with closing(response):
            size = self._collect(response, call.max_bytes)
            if size is None:
                return Lost("the answer is too large", sent=True, kind=Loss.TOO_LARGE)
            return Received(response.status_code, response.headers, self._sink, size)

    def _collect(self, response: requests.Response, max_bytes: int) -> int | None:
        """Fill the temporary file; None as soon as there is more than ``max_bytes``."""
        self._sink.seek(0)
        self._sink.truncate()
        size = 0
        for chunk in response.iter_content(_CHUNK_BYTES):
            size += len(chunk)
            if size > max_bytes:
                return None
            self._sink.write(chunk)
        return size


def _explain(error: Exception, *, sent: bool) -> Lost:
    """What a person may read about it: the error itself holds the request with its secrets."""
    if isinstance(error, requests.exceptions.SSLError):
        untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error)
        kind = Loss.UNTRUSTED if untrusted else Loss.BROKEN
        return Lost("the encrypted connection failed", sent=sent, kind=kind)
    if isinstance(error, requests.Timeout | TimeoutError):
        return Lost("no answer in time", sent=sent)
    return Lost("the connection broke" if sent else "could not connect", sent=sent)


def _never_connected(error: Exception) -> bool:
    """Whether the error itself says that no connection came about."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
