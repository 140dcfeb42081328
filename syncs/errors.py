"""Why something cannot be done with a sync now, in words for the person who asks."""

from __future__ import annotations


class SyncRefused(Exception):
    """What was asked for cannot be done now; ``str(error)`` says why and what to do."""
