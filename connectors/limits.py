"""How many requests a vendor allows, and by what it counts them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CountedBy(StrEnum):
    """What a vendor's limit is for: whoever shares it is shared with here too."""

    EGRESS = "egress"  # all partners behind one outgoing address together
    ACCOUNT = "account"  # one account or instance of the vendor's, whatever address asks


@dataclass(frozen=True, slots=True)
class RequestLimit:
    """At most ``requests`` in any ``seconds``; 0 requests is no limit, and then only penalties count.

    ``setting`` names the installation's setting that says another number for the same time. Calls are spaced evenly
    at a little below the limit, which leaves room for one call too many where at least 100 are allowed: a vendor's
    smaller limit is written down as a longer time.
    """

    requests: int
    seconds: int = 60
    by: CountedBy = CountedBy.EGRESS
    setting: str = ""
    known: bool = True  # False: the vendor names none, and this is a pace of ours

    def __post_init__(self) -> None:
        if self.requests < 0 or self.seconds <= 0:
            raise ValueError("a limit is a number of requests in some seconds")


# The pace towards a vendor of whom no limit is known, for all partners behind an outgoing address together: five a
# second. That is more than any limit known so far allows, so it holds nobody back, and it is no flood.
NO_LIMIT_KNOWN = RequestLimit(300, setting="UNKNOWN_LIMIT_REQUESTS_PER_MINUTE", known=False)
