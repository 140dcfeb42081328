"""From what arrived to who must act: one table from status and form to a kind of error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from connectors.edge.exchange import Call, Loss, Lost, Received
from connectors.edge.redaction import Redactor
from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    RateLimited,
    TransientError,
    UnexpectedAnswer,
)

_MANY = 100

_MISCONFIGURED = {
    Loss.UNTRUSTED: "The server's certificate is not trusted: check the address.",
    Loss.UNSENDABLE: "The address or the credentials hold characters that cannot be sent: enter them again.",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that brought no usable answer.

    ``wait`` is in seconds, None for the usual growing pause; ``attempts`` is how often such a call
    is tried in all, where it may be repeated.
    """

    error: ConnectorError
    wait: float | None = None
    attempts: int = _MANY


def judge(outcome: Received | Lost, call: Call, *, system: str, redactor: Redactor) -> Received | Failure:
    """Pass on a usable answer with its payload, or say what is wrong with it."""
    if isinstance(outcome, Lost):
        return _judge_lost(outcome, call, system)
    if 300 <= outcome.status < 400:
        return _judge_redirect(outcome, system)
    if outcome.status >= 500 or outcome.status in (100, 408):
        return _judge_breakdown(outcome, call, system, redactor)
    if not outcome.ok:
        return _with_payload_if_any(outcome)
    return _judge_success(outcome, call, system)


def _judge_lost(lost: Lost, call: Call, system: str) -> Failure:
    maybe_applied = call.writes and lost.sent
    detail = f"{call.method} {urlsplit(call.url).hostname}: {lost.reason}"
    if lost.kind in _MISCONFIGURED:
        return Failure(ConfigurationError(_MISCONFIGURED[lost.kind], system=system, detail=detail), attempts=1)
    if lost.kind is Loss.TOO_LARGE:
        text = "The answer is larger than any expected one."
        error = UnexpectedAnswer(text, system=system, detail=detail, maybe_applied=maybe_applied)
        return Failure(error, attempts=1)
    text = f"The service could not be reached ({lost.reason})."
    return Failure(TransientError(text, system=system, detail=detail, maybe_applied=maybe_applied))


def _judge_redirect(received: Received, system: str) -> Failure:
    target = urlsplit(received.headers.get("Location", "")).hostname or "elsewhere"
    text = "The address answers with a redirect: check the subdomain or the configured address."
    detail = f"HTTP {received.status} redirect to {target[:100]}"
    error = ConfigurationError(text, system=system, status=received.status, detail=detail)
    return Failure(error, attempts=1)


def _judge_breakdown(received: Received, call: Call, system: str, redactor: Redactor) -> Failure:
    detail = received.describe(redactor)
    wait = received.retry_after
    if received.status == 503 and wait is not None:
        error: ConnectorError = RateLimited(
            "The service asks to come back later.",
            retry_after=wait,
            system=system,
            status=received.status,
            detail=detail,
            maybe_applied=call.writes,
        )
        return Failure(error, wait=wait)
    error = TransientError(
        f"The service has a problem of its own (HTTP {received.status}).",
        system=system,
        status=received.status,
        detail=detail,
        maybe_applied=call.writes,
    )
    return Failure(error)


def _with_payload_if_any(received: Received) -> Received:
    try:
        return replace(received, payload=received.parse())
    except ValueError:
        return received


def _judge_success(received: Received, call: Call, system: str) -> Received | Failure:
    if call.expects_text:
        return _not_this_api(received, call, system) if received.looks_like_html else received
    try:
        return replace(received, payload=received.parse())
    except ValueError:
        pass
    if received.looks_like_html:
        return _not_this_api(received, call, system)
    if not call.expects_json:
        return received
    error = TransientError(
        "The answer was cut off or damaged.",
        system=system,
        status=received.status,
        detail=f"{received.size} bytes of {received.content_type or 'no type'} are not JSON",
        maybe_applied=call.writes,
    )
    return Failure(error)


def _not_this_api(received: Received, call: Call, system: str) -> Failure:
    """A web page instead of data. A firewall shows one now and then, so a read asks once more."""
    text = "A web page came back instead of data: this is not the API. Check the address."
    detail = f"HTTP {received.status} with {received.content_type or 'HTML'}, {received.size} bytes"
    if call.writes:
        error: ConnectorError = UnexpectedAnswer(
            text, system=system, status=received.status, detail=detail, maybe_applied=True
        )
        return Failure(error)
    error = ConfigurationError(text, system=system, status=received.status, detail=detail)
    return Failure(error, attempts=2)
