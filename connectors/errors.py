"""What can go wrong at a vendor, sorted by who must act.

Every error carries two texts: ``str(error)`` is for the person who uses the product and says what
to do; ``detail`` is for the operator and the log. Neither ever holds a secret.
"""

from __future__ import annotations

from enum import Enum


class WriteFate(Enum):
    """What an error says of the write that it ended."""

    LOST = "lost"  # it may have happened: read, never repeat
    NOT_SENT = "not sent"  # it did not happen, and whoever waits or acts may send it later
    REFUSED = "refused"  # it did not happen, and sent again it would be refused again
    GONE = "gone"  # what it is about does not exist (any more)
    FAILED = "failed"  # it did not happen, and nobody knows what would help


class ConnectorError(Exception):
    """Base of all connector errors.

    ``system`` is the vendor system's name ("prism", "syncro"). ``status`` is the HTTP status where
    there was one. ``maybe_applied`` is true when a write may have reached the vendor although no
    proper answer came back: such a write must be resolved by reading, never by repeating it.
    """

    maybe_applied: bool = False
    unless_lost: WriteFate = WriteFate.FAILED

    def __init__(
        self,
        message: str,
        *,
        system: str,
        detail: str = "",
        status: int | None = None,
        maybe_applied: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.system = system
        self.detail = detail or message
        self.status = status
        if maybe_applied is not None:
            self.maybe_applied = maybe_applied

    @property
    def fate(self) -> WriteFate:
        """What became of a write that ended so."""
        return WriteFate.LOST if self.maybe_applied else self.unless_lost


class ConfigurationError(ConnectorError):
    """The partner must act: wrong credentials, wrong host, an expired or revoked token."""

    unless_lost = WriteFate.NOT_SENT


class PermissionMissing(ConfigurationError):
    """The token is good but may not do this; ``permission`` uses the vendor's own words."""

    def __init__(self, message: str, *, permission: str, **context: object) -> None:
        super().__init__(message, **context)  # type: ignore[arg-type]  # same keywords as the base
        self.permission = permission


class RejectedRecord(ConnectorError):
    """The vendor refused this one record (for example 422); ``messages`` are its own words."""

    unless_lost = WriteFate.REFUSED

    def __init__(self, message: str, *, messages: tuple[str, ...] = (), **context: object) -> None:
        super().__init__(message, **context)  # type: ignore[arg-type]  # same keywords as the base
        self.messages = messages


class AmountRefused(RejectedRecord):
    """The vendor refused this one record for its price or its quantity, and not for some other field."""


class RecordMissing(RejectedRecord):
    """The record does not exist (any more): 404."""

    unless_lost = WriteFate.GONE


class TransientError(ConnectorError):
    """Nobody must act yet: network trouble, 5xx, a time-out. Try again later."""

    unless_lost = WriteFate.NOT_SENT


class RateLimited(TransientError):
    """The vendor asked to wait; ``retry_after`` is in seconds."""

    def __init__(self, message: str, *, retry_after: float, **context: object) -> None:
        super().__init__(message, **context)  # type: ignore[arg-type]  # same keywords as the base
        self.retry_after = retry_after


class MustWait(RateLimited):
    """Nothing was sent: the rate limit has no free slot soon enough; ``retry_after`` in seconds."""


class WritesOff(ConnectorError):
    """This installation writes to nobody: nothing was sent."""

    unless_lost = WriteFate.NOT_SENT


class UnexpectedAnswer(ConnectorError):
    """The vendor's answer does not have the agreed form: the program must be adapted."""


class UnreadableInvoice(ConnectorError):
    """An invoice row cannot be read; ``line`` is its number in the file, the header being line 1."""

    def __init__(self, message: str, *, line: int | None, **context: object) -> None:
        super().__init__(message, **context)  # type: ignore[arg-type]  # same keywords as the base
        self.line = line
