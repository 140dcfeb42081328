"""Syncro's limit: so many requests a minute for each client address, then 429."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping

from sandbox.request_log import MINUTE


class RateLimit:
    """Remembers when each address was served. The memory dies with the server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._served: dict[str, deque[float]] = defaultdict(deque)

    def admits(self, address: str, switches: Mapping[str, str]) -> bool:
        """Whether one more request of that address is within the limit; if so, counts it."""
        limit = int(switches["rate_limit"])
        if limit == 0:
            return True
        window = MINUTE / max(1, int(switches["time_scale"]))
        now = time.monotonic()
        since = now - now % window if switches["rate_window"] == "fixed" else now - window
        with self._lock:
            served = self._served[address]
            while served and served[0] < since:
                served.popleft()
            if len(served) >= limit:
                return False
            served.append(now)
            return True
