"""How long to wait before a vendor is asked again."""

from __future__ import annotations

import datetime as dt
import email.utils
import random

LONGEST_WAIT = 600.0  # seconds
_WITHOUT_RETRY_AFTER = 60.0
_GROWTH = 1.5

_jitter = random.SystemRandom()


def seconds_of_retry_after(value: str | None, *, now: dt.datetime | None = None) -> float | None:
    """Read a ``Retry-After`` header: seconds or an HTTP date. None where absent or nonsense."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    seconds = (moment - (now or dt.datetime.now(dt.UTC))).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT)


def wait_after_refusal(retry_after: float | None, refusals_in_a_row: int) -> float:
    """Seconds to stay away after a 429: what the vendor asks for, else a minute and growing."""
    if retry_after is not None:
        return max(retry_after, 1.0)
    return min(_WITHOUT_RETRY_AFTER * _GROWTH ** (refusals_in_a_row - 1), LONGEST_WAIT)


def backoff(attempt: int) -> float:
    """Seconds before the next attempt of a call that may be repeated: doubling, with jitter."""
    return float(min(0.5 * 2 ** (attempt - 1), 8.0) * _jitter.uniform(0.5, 1.5))
