"""The one HTTP edge: every request to a vendor leaves and returns through here.

It keeps time and size limits, repeats only what may be repeated, refuses private addresses and
redirects, and lets no secret into an error or a log. A write is sent at most once: an answer that
got lost is reported with ``maybe_applied`` and resolved by reading.
"""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlencode, urlsplit

import requests

from connectors.edge.allowed_hosts import AllowedHosts
from connectors.edge.answer_table import AnswerRow, AnswerTable, Failure, Pause
from connectors.edge.answers import Answer, Download
from connectors.edge.exchange import Call, Exchange, Lost, Received
from connectors.edge.losses import Losses
from connectors.edge.network_guard import ConnectionGuard, GuardedAdapter, PrivateAddressRefused
from connectors.edge.ratelimit import Limiter
from connectors.edge.redaction import Redactor
from connectors.edge.retrying import backoff
from connectors.edge.wire import encode_json
from connectors.errors import ConfigurationError, ConnectorError, MustWait, TransientError, WritesOff

__all__ = ["Answer", "Download", "Edge", "EdgeSettings"]

logger = logging.getLogger(__name__)

_LATE = 5.0  # seconds beyond its longest wait after which a write is not sent any more

# In memory up to here, on disk beyond.
_SPOOL_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """How one edge behaves. Times in seconds, sizes in bytes.

    ``connect_timeout`` + ``read_timeout`` limit one whole call and must stay below the product's
    settle time. A download only reads, so it may take ``download_timeout``. ``max_wait`` is the
    longest single sleep for a rate limit; beyond it ``MustWait`` or ``RateLimited`` is raised. A write
    is on record as under way while it waits, so it waits ``max_write_wait`` at most, and that much
    more must its longest call stay below the settle time.
    Calls go to the hosts of ``urls`` and to ``hosts`` alone, see ``AllowedHosts``.
    ``answers`` are the rows of the vendor's own in the table of answers, ``label`` is its name in them.
    ``until`` is the instant (of ``time.monotonic``) by which all calls of this edge have ended; None: each has its own
    time alone. ``before_call`` runs before each request and may refuse it by raising. ``wait_factor`` shortens
    the pauses before another attempt, where a test imitates long trouble. ``no_writes`` is why no write may leave, ""
    where it may.
    """

    system: str
    urls: Mapping[str, str]
    hosts: tuple[str, ...] = ()
    label: str = "The service"
    answers: tuple[AnswerRow, ...] = ()
    allow_private_hosts: bool = False
    connect_timeout: float = 10.0
    read_timeout: float = 40.0
    download_timeout: float = 300.0
    max_response_bytes: int = 64 * 1024 * 1024
    max_download_bytes: int = 1024 * 1024 * 1024
    user_agent: str = "BillingSync/1.0"
    max_wait: float = 30.0
    max_write_wait: float = 5.0
    attempts: int = 4
    wait_factor: float = 1.0
    until: float | None = None
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    before_call: Callable[[], None] | None = field(default=None, repr=False)
    no_writes: str = ""


class Edge:
    """Sends requests to one vendor system, one at a time; not for use by several threads.

    ``calls`` counts the requests sent per HTTP method, ``losses`` the writes whose answer got lost; token
    requests are not counted.
    """

    def __init__(self, settings: EdgeSettings, limiter: Limiter) -> None:
        self.settings = settings
        self.calls: dict[str, int] = {}
        self.losses = Losses()
        self._limiter = limiter
        self._redactor = Redactor()
        self._table = AnswerTable(settings.system, settings.label, settings.answers, settings.wait_factor)
        self._guard = ConnectionGuard(allow_private=settings.allow_private_hosts)
        self._hosts = AllowedHosts(settings.urls.values(), settings.hosts)
        self._session = _open_session(settings, self._guard)
        self._refusals = 0
        self.day: dt.date | None = None  # the vendor's own, as its last answer was dated

    def __repr__(self) -> str:
        return f"<Edge to {self.settings.system}>"

    @property
    def system(self) -> str:
        """Name of the vendor system, as errors carry it."""
        return self.settings.system

    def url(self, name: str) -> str:
        """The configured base address of that name, without a slash at its end."""
        return self.settings.urls[name].rstrip("/")

    def add_secret(self, value: str) -> None:
        """Mask this value wherever the vendor may echo it."""
        self._redactor.add(value)

    def redact(self, text: str, *, limit: int = 200) -> str:
        """A vendor's text fit for an error or a log."""
        return self._redactor.clean(text, limit=limit)

    def refusal(
        self,
        answer: Answer,
        *,
        about: str = "",
        permission: str = "",
        known: Callable[[], bool] = bool,
        rows: Sequence[AnswerRow] | None = None,
    ) -> ConnectorError:
        """What a refusal (4xx) means, by the table of answers. See ``AnswerTable.refusal``."""
        return self._table.refusal(answer, self._redactor, about=about, permission=permission, known=known, rows=rows)

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def call(
        self,
        method: str,
        url: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
        counted: bool = True,
        expects_json: bool = True,
    ) -> Answer:
        """Send one request and return the answer: 2xx, or a refusal (4xx) for the caller to name.

        ``repeatable`` is true by default for GET alone. Raises ``RateLimited``, ``TransientError``,
        ``ConfigurationError`` (redirect, private address, not this API), ``WritesOff`` or ``UnexpectedAnswer``;
        for a write each says by ``maybe_applied`` whether it may have arrived.
        """
        body, kind = _encode_body(json, form)
        call = Call(
            method=method,
            url=_with_params(url, params),
            body=body,
            headers={**kind, "Accept": "application/json", **(headers or {})},
            repeatable=method == "GET" if repeatable is None else repeatable,
            counted=counted,
            expects_json=expects_json,
            seconds=self.settings.read_timeout,
            max_bytes=self.settings.max_response_bytes,
        )
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as sink:
            received = self._repeat(call, Exchange(sink))
            return received.answer(self._redactor)

    @contextmanager
    def download(self, url: str, *, headers: Mapping[str, str] | None = None) -> Iterator[Answer | Download]:
        """GET a body of any size into a temporary file; a refusal (4xx) comes as an ``Answer``.

        The file is handed out only when the whole body has arrived. Raises as ``call`` does.
        """
        call = Call(
            method="GET",
            url=url,
            body=None,
            # Unpacked on arrival, a cut-off body could pass for a whole one.
            headers={"Accept": "text/csv, */*;q=0.5", "Accept-Encoding": "identity", **(headers or {})},
            repeatable=True,
            counted=True,
            expects_json=False,
            seconds=self.settings.download_timeout,
            max_bytes=self.settings.max_download_bytes,
            expects_text=True,
        )
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as sink:
            received = self._repeat(call, Exchange(sink))
            yield received.download() if received.ok else received.answer(self._redactor)

    def reach(self, url: str) -> dt.datetime | None:
        """Ask for an address without any credentials: what it says does not matter, but that it answers.

        The vendor's clock as the answer tells it, None where it tells none. Raises ``TransientError`` without an
        answer, ``ConfigurationError`` where the address leads into a private network.
        """
        call = Call(
            method="HEAD",
            url=url,
            body=None,
            headers={},
            repeatable=True,
            counted=False,
            expects_json=False,
            seconds=self.settings.connect_timeout,
            max_bytes=self.settings.max_response_bytes,
        )
        self._take_slot(self._left(self.settings.max_wait))
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as sink:
            outcome = self._exchange(call, Exchange(sink))
        if isinstance(outcome, Received):
            return outcome.dated_at
        raise TransientError(f"{self.settings.label} does not answer: {outcome.reason}", system=self.system)

    def _repeat(self, call: Call, exchange: Exchange) -> Received:
        """Send until there is a verdict, waiting between the attempts."""
        attempt = 0
        while True:
            attempt += 1
            outcome = self._attempt(call, exchange)
            if call.writes and call.counted:
                self.losses.count(outcome)
            if isinstance(outcome, Received):
                return outcome
            wait = outcome.wait if outcome.wait is not None else backoff(attempt) * self.settings.wait_factor
            used_up = attempt >= min(self.settings.attempts, outcome.attempts)
            if used_up or not call.repeatable or wait > self._left(self.settings.max_wait):
                raise outcome.error
            self.settings.sleep(wait)

    def _attempt(self, call: Call, exchange: Exchange) -> Received | Failure:
        if call.writes and self.settings.no_writes:
            raise WritesOff(self.settings.no_writes, system=self.system)
        asked_at = time.time()
        self._check_address(call)
        if self.settings.before_call is not None:
            self.settings.before_call()
        self._take_slot(self._left(self.settings.max_write_wait if call.writes else self.settings.max_wait))
        if self._left(1.0) <= 0:
            raise TransientError(f"{self.settings.label} took too long to answer. Try again later.", system=self.system)
        self._refuse_late(call, asked_at)
        if call.counted:
            self.calls[call.method] = self.calls.get(call.method, 0) + 1
        started = time.monotonic()
        outcome = self._exchange(call, exchange)
        self._log(call, outcome, time.monotonic() - started)
        if isinstance(outcome, Received):
            self.day = outcome.day or self.day
        return self._judged(outcome, call)

    def _judged(self, outcome: Received | Lost, call: Call) -> Received | Failure:
        """What the answer means; a refusal is counted, and kept to by everybody where it holds for all."""
        verdict = self._table.judge(outcome, call, redactor=self._redactor, refusals=self._refusals + 1)
        refused = isinstance(verdict, Failure) and verdict.pause is Pause.AFTER_REFUSAL
        self._refusals = self._refusals + 1 if refused else 0
        if isinstance(verdict, Failure) and verdict.everybody:
            self._limiter.penalise(verdict.everybody)
        return verdict

    def _refuse_late(self, call: Call, asked_at: float) -> None:
        """The process stood still: somebody else may have the run by now, and take the write for lost."""
        if call.writes and not 0 <= time.time() - asked_at <= self.settings.max_write_wait + _LATE:
            raise MustWait("The write came too late and was not sent.", retry_after=1.0, system=self.system)

    def _check_address(self, call: Call) -> None:
        """An address may come from what a person typed or a vendor answered: secrets go to the vendor's hosts alone."""
        if urlsplit(call.url).scheme != "https" and not self.settings.allow_private_hosts:
            raise self._misconfigured("The address must begin with https://.", call)
        if not self._hosts.allow(call.url):
            raise self._misconfigured("The address does not belong to this service: check what was entered.", call)

    def _exchange(self, call: Call, exchange: Exchange) -> Received | Lost:
        self._guard.begin(
            total_seconds=self._left(call.seconds + self.settings.connect_timeout),
            idle_seconds=self._left(self.settings.read_timeout),
        )
        timeouts = (self._left(self.settings.connect_timeout), self._left(self.settings.read_timeout))
        try:
            return exchange.send(self._session, call, timeouts, self._guard)
        except PrivateAddressRefused:
            pass
        raise self._misconfigured("The address leads into a private network.", call)

    def _take_slot(self, longest: float) -> None:
        """Wait for the rate limit, that many seconds at most; ``MustWait`` beyond."""
        waited = 0.0
        while (wait := self._limiter.try_acquire()) > 0:
            waited += wait
            if waited > longest:
                raise MustWait("Waiting for the request limit.", retry_after=wait, system=self.system)
            self.settings.sleep(wait)

    def _left(self, seconds: float) -> float:
        """That many seconds, or what is left of the time for all calls."""
        return seconds if self.settings.until is None else min(seconds, self.settings.until - time.monotonic())

    def _misconfigured(self, message: str, call: Call) -> ConnectorError:
        host = urlsplit(call.url).hostname or "no host"
        return ConfigurationError(message, system=self.system, detail=f"{message} ({host})")

    def _log(self, call: Call, outcome: Received | Lost, seconds: float) -> None:
        target = urlsplit(call.url)
        status = outcome.status if isinstance(outcome, Received) else 0
        request_id = outcome.request_id if isinstance(outcome, Received) else ""
        fields = {
            "vendor_system": self.system,
            "http_method": call.method,
            "http_host": target.hostname,
            "http_path": self.redact(target.path),
            "http_status": status,
            "milliseconds": round(seconds * 1000),
            "request_id": self.redact(request_id, limit=80),
        }
        logger.info("%(http_method)s %(http_host)s%(http_path)s %(http_status)s", fields, extra=fields)


def _open_session(settings: EdgeSettings, guard: ConnectionGuard) -> requests.Session:
    session = requests.Session()
    # No proxy, netrc or CA file from the environment: netrc would replace our Authorization.
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = settings.user_agent
    adapter = GuardedAdapter(guard)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _encode_body(json: object, form: Mapping[str, str] | None) -> tuple[bytes | None, dict[str, str]]:
    if form is not None:
        return urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    if json is not None:
        return encode_json(json), {"Content-Type": "application/json"}
    return None, {}


def _with_params(url: str, params: Sequence[tuple[str, str]]) -> str:
    return f"{url}?{urlencode(params)}" if params else url
