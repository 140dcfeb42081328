"""One start or stop at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from devservers.places import DataFolder


@contextmanager
def one_at_a_time(folder: DataFolder) -> Iterator[None]:
    """Wait for other starts and stops of the same data folder; the lock dies with its holder."""
    folder.create()
    with folder.lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
