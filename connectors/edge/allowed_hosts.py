"""To which hosts a vendor's calls may go, whatever an address was made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z]+://([^/?#]*)", re.IGNORECASE)
_PORT = re.compile(r":[0-9]+$")


class AllowedHosts:
    """The hosts of some base addresses, and further ones by name; ``.example.com`` is every name below that one.

    Of a base address with a place-holder in its host, what stands behind the place-holder counts: a name of its own
    may take the place, and no other domain. A host that is a place-holder as a whole allows none.
    """

    def __init__(self, urls: Iterable[str], hosts: Iterable[str] = ()) -> None:
        rules = {*map(_rule_of, urls), *(host.casefold() for host in hosts)} - {""}
        self._names = frozenset(rule for rule in rules if not rule.startswith("."))
        self._domains = tuple(rule for rule in rules if rule.startswith(".") and rule != ".")

    def allow(self, url: str) -> bool:
        """Whether the address leads to one of them."""
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            return False
        return host in self._names or host.endswith(self._domains)


def _rule_of(url: str) -> str:
    """A host, ``.`` and the domain behind a place-holder, or "" where there is none."""
    found = _HOST.match(url)
    if found is None:
        return ""
    host = _PORT.sub("", found[1].casefold().rpartition("@")[2]).strip("[]")
    _before, place_holder, behind = host.rpartition("}")
    if not place_holder:
        return host
    return behind if behind.startswith(".") else ""
