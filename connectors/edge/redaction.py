"""Takes secrets out of every text that leaves a connector: errors, logs, messages."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, quote_plus

MASK = "[redacted]"

# Shorter values would turn ordinary words of an error text into masks.
_SHORTEST_SECRET = 4

_NAMED_SECRET = re.compile(
    r"""(?ix)
    \b((?:access_|refresh_|user_|api_|id_|2fa_)?token|api_?key|client_?secret|password|passwd|secret
       |portal_key|authorization(?:2fatoken)?)
    (\\?["']?\s*[:=]\s*\\?["']?(?:bearer\s+|basic\s+)?)
    [^\s"'&,;}<>\\]+"""
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class Redactor:
    """Knows the secrets of one client and masks them, however they are written."""

    def __init__(self) -> None:
        self._values: list[str] = []

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._values)} spellings>"

    def add(self, secret: str) -> None:
        """Remember a secret value, with its spellings in URLs, JSON and Basic headers."""
        if len(secret) < _SHORTEST_SECRET:
            return
        known = {*self._values, *_spellings(secret)}
        # The longest first: a spelling may contain another one.
        self._values = sorted(known, key=len, reverse=True)

    def clean(self, text: str, *, limit: int = 200) -> str:
        """One line of at most ``limit`` characters without any secret."""
        for value in self._values:
            text = text.replace(value, MASK)
        text = _NAMED_SECRET.sub(rf"\1\2{MASK}", text)
        text = _BEARER.sub(rf"\1 {MASK}", text)
        return _CONTROL.sub(" ", text).strip()[:limit]


def _spellings(secret: str) -> set[str]:
    return {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        base64.b64encode(secret.encode()).decode(),
    }
