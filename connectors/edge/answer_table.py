"""The one table of answers: what arrived, or how it got lost; who must act; whether a write may have happened.

The first row that fits counts. A vendor puts rows of its own before these, on its definition; it adds no code.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from connectors.edge.answers import Answer, error_messages
from connectors.edge.exchange import Call, Loss, Lost, Received
from connectors.edge.redaction import Redactor
from connectors.edge.retrying import LONGEST_WAIT, wait_after_refusal
from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    PermissionMissing,
    RateLimited,
    RecordMissing,
    RejectedRecord,
    TransientError,
    UnexpectedAnswer,
)

_MANY = 100
REFUSALS = frozenset(range(400, 500)) - {408, 429}  # of what was asked: another question may be answered
# Seconds. "Come back later" may be about one account alone: whoever asked waits as long as was said, others up to here.
_LONGEST_FOR_EVERYBODY = 60.0


class Form(Enum):
    """What came with a good status and is no data."""

    WEB_PAGE = "web page"
    DAMAGED = "damaged"


class Pause(Enum):
    """How long to stay away before the next attempt."""

    GROWING = "growing"  # longer with each attempt
    AS_ASKED = "as asked"  # what the vendor asks for; such a row fits only where it does
    AFTER_REFUSAL = "after a refusal"  # what the vendor asks for, else a minute and longer each time in a row


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What one kind of answer means.

    ``when`` is the status, or how there was no proper answer. ``words`` are for people and may name
    ``{label} {status} {reason} {elsewhere} {messages} {permission}``. ``lost``: a write that was answered so may have
    happened. ``attempts`` is how often a repeatable call is tried in all. ``everybody``: the longest that all who
    share the limit stay away, in seconds.

    A row may ask for more than its ``when``: ``says`` are words in lower case, one of which the vendor's must hold;
    ``writes`` tells writes from reads; ``known`` that the credentials are good all the same.
    """

    when: Collection[int] | Loss | Form
    error: type[ConnectorError]
    words: str
    lost: bool = False
    attempts: int = _MANY
    pause: Pause = Pause.GROWING
    everybody: float = 0.0
    says: tuple[str, ...] = ()
    writes: bool | None = None
    known: bool = False


COMMON: tuple[AnswerRow, ...] = (
    AnswerRow(
        Loss.UNTRUSTED,
        ConfigurationError,
        "The server's certificate is not trusted: check the address.",
        attempts=1,
    ),
    AnswerRow(
        Loss.UNSENDABLE,
        ConfigurationError,
        "The address or the credentials hold characters that cannot be sent: enter them again.",
        attempts=1,
    ),
    AnswerRow(Loss.TOO_LARGE, UnexpectedAnswer, "The answer is larger than any expected one.", lost=True, attempts=1),
    AnswerRow(Loss.BROKEN, TransientError, "The service could not be reached ({reason}).", lost=True),
    AnswerRow(
        range(300, 400),
        ConfigurationError,
        "The address answers with a redirect: check the subdomain or the configured address.",
        attempts=1,
    ),
    AnswerRow(
        {429},
        RateLimited,
        "The request limit was reached; the work goes on by itself later.",
        pause=Pause.AFTER_REFUSAL,
        everybody=LONGEST_WAIT,
    ),
    AnswerRow(
        {503},
        RateLimited,
        "The service asks to come back later.",
        lost=True,
        pause=Pause.AS_ASKED,
        everybody=_LONGEST_FOR_EVERYBODY,
    ),
    AnswerRow(
        {*range(100, 200), 408, *range(500, 1000)},
        TransientError,
        "The service has a problem of its own (HTTP {status}).",
        lost=True,
    ),
    AnswerRow({401, 403}, ConfigurationError, "{label} refuses the stored credentials."),
    AnswerRow({404}, RecordMissing, "{label} does not have this record (any more)."),
    AnswerRow(REFUSALS, RejectedRecord, "{label} refused the record: {messages}"),
    # A firewall shows one now and then, and maintenance for hours: it passes, as a 503 does.
    AnswerRow(
        Form.WEB_PAGE,
        TransientError,
        "{label} answers with a web page instead of data (maintenance?). If it goes on, check the address.",
        lost=True,
    ),
    AnswerRow(Form.DAMAGED, TransientError, "The answer was cut off or damaged.", lost=True),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that brought no usable answer.

    ``wait`` is in seconds, None for the usual growing pause; ``attempts`` is how often such a call
    is tried in all, where it may be repeated. ``everybody`` who shares the limit stays away so many seconds.
    """

    error: ConnectorError
    wait: float | None = None
    attempts: int = _MANY
    everybody: float = 0.0
    pause: Pause = Pause.GROWING


@dataclass(frozen=True, slots=True)
class _Case:
    """What there is to judge, and what is known of it."""

    what: int | Loss | Form
    detail: str
    status: int | None = None
    asked: float | None = None  # seconds that the vendor asks to wait
    writes: bool = False
    sent: bool = True
    messages: tuple[str, ...] = ()
    reason: str = ""
    permission: str = ""
    known: Callable[[], bool] = bool

    def fits(self, row: AnswerRow) -> bool:
        """Whether the row speaks of this."""
        if isinstance(row.when, Loss | Form):
            same = row.when is self.what
        else:
            same = isinstance(self.what, int) and self.what in row.when
        return (
            same
            and (row.pause is not Pause.AS_ASKED or self.asked is not None)
            and row.writes in (None, self.writes)
            and (not row.says or any(word in message.casefold() for message in self.messages for word in row.says))
            and (not row.known or self.known())
        )


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """The rows that hold for one vendor system; its own ones come before those of all. ``label`` is its name.

    ``wait_factor`` shortens the waits that we choose or share with others, where a test imitates long trouble.
    """

    system: str
    label: str
    own: tuple[AnswerRow, ...] = ()
    wait_factor: float = 1.0

    def judge(self, outcome: Received | Lost, call: Call, *, redactor: Redactor, refusals: int) -> Received | Failure:
        """Pass on a usable answer with its payload, or say what is wrong with it.

        A refusal (4xx) of what was asked is passed on too: ``refusal`` tells what it means. ``refusals`` is how many
        answers in a row, with this one, would have been told to wait.
        """
        if isinstance(outcome, Received) and outcome.ok:
            judged = _read(outcome, call)
            if isinstance(judged, Received):
                return judged
            case = replace(judged, writes=call.writes)
        else:
            case = _case_of(outcome, call, redactor)
        row = self._row(case, self.own)
        if case.what in REFUSALS and not issubclass(row.error, TransientError):
            return _with_payload_if_any(outcome)
        return self._failure(row, case, refusals)

    def refusal(
        self,
        answer: Answer,
        redactor: Redactor,
        *,
        about: str,
        permission: str,
        known: Callable[[], bool],
        rows: Sequence[AnswerRow] | None = None,
    ) -> ConnectorError:
        """What a refusal (4xx) means. ``permission`` is what the call needs, in the vendor's words.

        ``known`` is asked only where it matters, whether the credentials are good; ``rows`` take the place of the
        system's own.
        """
        case = _Case(
            answer.status,
            f"{about}HTTP {answer.status}: {answer.excerpt} (request {answer.request_id or 'unnamed'})",
            status=answer.status,
            messages=tuple(redactor.clean(text) for text in error_messages(answer)),
            permission=permission,
            known=known,
        )
        return self._error(self._row(case, self.own if rows is None else rows), case, None)

    def _row(self, case: _Case, own: Iterable[AnswerRow]) -> AnswerRow:
        return next(row for row in (*own, *COMMON) if case.fits(row))

    def _failure(self, row: AnswerRow, case: _Case, refusals: int) -> Failure:
        wait = case.asked if row.pause is Pause.AS_ASKED else None
        everybody = min(wait or 0.0, row.everybody) * self.wait_factor
        if row.pause is Pause.AFTER_REFUSAL:
            wait = wait_after_refusal(case.asked, refusals) * self.wait_factor
            everybody = min(wait, row.everybody)
        return Failure(self._error(row, case, wait), wait, row.attempts, everybody, row.pause)

    def _error(self, row: AnswerRow, case: _Case, wait: float | None) -> ConnectorError:
        words = row.words.format(
            label=self.label,
            status=case.status,
            reason=case.reason,
            messages="; ".join(case.messages) or f"HTTP {case.status}",
            permission=case.permission,
        )
        context: dict[str, Any] = {"system": self.system, "status": case.status, "detail": case.detail}
        if issubclass(row.error, RateLimited):
            context["retry_after"] = wait
        if issubclass(row.error, PermissionMissing):
            context["permission"] = case.permission
        if issubclass(row.error, RejectedRecord):
            context["messages"] = case.messages
        return row.error(words, **context, maybe_applied=row.lost and case.writes and case.sent)


def _case_of(outcome: Received | Lost, call: Call, redactor: Redactor) -> _Case:
    if isinstance(outcome, Lost):
        detail = f"{call.method} {urlsplit(call.url).hostname}: {outcome.reason}"
        return _Case(outcome.kind, detail, writes=call.writes, sent=outcome.sent, reason=outcome.reason)
    detail = outcome.describe(redactor)
    if 300 <= outcome.status < 400:
        target = urlsplit(outcome.headers.get("Location", "")).hostname or "elsewhere"
        detail = f"HTTP {outcome.status} redirect to {target[:100]}"
    return _Case(outcome.status, detail, status=outcome.status, asked=outcome.retry_after, writes=call.writes)


def _read(received: Received, call: Call) -> Received | _Case:
    """A good answer with its payload, or what stands in the place of one."""
    if not call.expects_text:
        try:
            return replace(received, payload=received.parse())
        except ValueError:
            pass
    kind = received.content_type
    if received.looks_like_html:
        detail = f"HTTP {received.status} with {kind or 'HTML'}, {received.size} bytes"
        return _Case(Form.WEB_PAGE, detail, status=received.status)
    if call.expects_text or not call.expects_json:
        return received
    return _Case(Form.DAMAGED, f"{received.size} bytes of {kind or 'no type'} are not JSON", status=received.status)


def _with_payload_if_any(outcome: Received | Lost) -> Received:
    assert isinstance(outcome, Received)
    try:
        return replace(outcome, payload=outcome.parse())
    except ValueError:
        return outcome
