"""States as people see them: a tone, an icon and a word, never colour alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.kit.icons import icon_html

GOOD, WARN, BAD, BUSY, QUIET = "good", "warn", "bad", "busy", "quiet"

# state value -> (tone, icon). The values are those of the states' enumerations.
LOOKS = {
    # connections
    "not_enabled": (QUIET, "off"),
    "requested": (BUSY, "clock"),
    "ready": (BUSY, "info"),
    "connected": (GOOD, "check"),
    "attention": (WARN, "warn"),
    # runs
    "queued": (BUSY, "clock"),
    "reading": (BUSY, "run"),
    "planning": (BUSY, "run"),
    "waiting": (WARN, "pause"),
    "applying": (BUSY, "run"),
    "settling": (BUSY, "clock"),
    "verifying": (BUSY, "run"),
    "no_change": (QUIET, "check"),
    "success": (GOOD, "check"),
    "warning": (WARN, "warn"),
    "error": (BAD, "error"),
    "discarded": (QUIET, "close"),
    "superseded": (QUIET, "run"),
    "cancelled": (QUIET, "close"),
    # changes
    "planned": (BUSY, "clock"),
    "sending": (BUSY, "run"),
    "done": (GOOD, "check"),
    "unknown": (WARN, "warn"),
    "failed": (BAD, "error"),
    "held": (WARN, "pause"),
    "skipped": (QUIET, "off"),
    "dropped": (QUIET, "off"),
    # mappings
    "not_mapped": (WARN, "warn"),
    "mapped": (QUIET, "pause"),
    "sync_on": (GOOD, "check"),
    "needs_attention": (WARN, "warn"),
    # invoices and charges
    "counted": (QUIET, "check"),
    "replaced": (QUIET, "off"),
    "reversed": (QUIET, "off"),
    "credit": (WARN, "pause"),
    # e-mails
    "due": (BUSY, "clock"),
    "sent": (GOOD, "check"),
    # lines
    "standing": (GOOD, "check"),
    "billed": (GOOD, "check"),
    "removed": (QUIET, "off"),
    "lost": (WARN, "warn"),
    # findings
    "info": (QUIET, "info"),
}


_VERDICTS = {GOOD: "check", WARN: "warn", BAD: "error"}


def verdict_html(month: Any) -> SafeString:
    """The verdict of a month (``reports.months.MonthReport``): green is *complete* alone."""
    icon = icon_html(_VERDICTS.get(month.tone, "info"))
    closed = ", closed" if month.judged.closed else ""
    return format_html('<span class="verdict {}">{}{}{}</span>', month.tone, icon, month.words.capitalize(), closed)


@lru_cache(maxsize=512, typed=True)  # a text that is safe already is another than one that is not
def badge_html(state: str, word: str) -> SafeString:
    """A badge with the state's tone and icon, and its word."""
    tone, icon = LOOKS.get(state, (QUIET, "off"))
    return format_html('<span class="badge {}">{}{}</span>', tone, icon_html(icon), word)
