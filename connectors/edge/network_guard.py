"""What a vendor's socket may do: no private addresses, and never longer than the call's deadline.

The host is resolved once per connection and that very address is dialled, so a name that changes
its mind between the check and the connection gains nothing.
"""

from __future__ import annotations

import functools
import http.client
import io
import ipaddress
import socket
import time
from typing import Any

import requests.adapters
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

# Not public in every registry, and open in some version of the standard library's tables: relays and sinks of IPv4;
# protocol assignments, documentation and an anycast sink of IPv6, of whose space hosts live in one eighth alone.
_NO_HOSTS = tuple(
    ipaddress.ip_network(block)
    for block in (
        "192.0.0.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.175.48.0/24",
        "2001::/23",
        "3fff::/20",
        "2620:4f:8000::/48",
    )
)
_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class PrivateAddressRefused(Exception):
    """A vendor's host name leads to an address inside some private network."""


def is_public(address: str) -> bool:
    """Whether an IP address is reachable by everybody: no private, link-local or metadata one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = _embedded(ip)
    if inner is not None:
        ip = inner
    if any(ip in block for block in _NO_HOSTS) or (ip.version == 6 and ip not in _UNICAST):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _embedded(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one carries inside it, where it is a tunnel to one."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


class ConnectionGuard:
    """The rules of one edge's sockets, and what the present call has done so far."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._until = 0.0
        self._idle = 0.0
        self._dialling = False
        self._sent = False

    @property
    def never_sent(self) -> bool:
        """Whether the present call surely ended before a byte of its request could leave."""
        return self._dialling and not self._sent

    def note_dialling(self) -> None:
        """The call opens a connection of its own."""
        self._dialling = True

    def note_sending(self) -> None:
        """From here on the vendor may have got the request."""
        self._sent = True

    def begin(self, *, total_seconds: float, idle_seconds: float) -> None:
        """A new call starts: it may take this long in all, and this long between two bytes."""
        self._until = time.monotonic() + total_seconds
        self._idle = idle_seconds
        self._dialling = False
        self._sent = False

    def next_read_timeout(self) -> float:
        """Seconds the next read may take; ``TimeoutError`` when the call's time is used up."""
        remaining = self._until - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the whole answer took too long")
        return min(remaining, self._idle)

    def addresses(self, host: str, port: int) -> list[str]:
        """Resolve a host; ``PrivateAddressRefused`` if any of its addresses is not public."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise PrivateAddressRefused(host)
        return addresses


class _DeadlineStream(io.RawIOBase):
    """A socket's bytes, each read limited by what is left of the call's time."""

    def __init__(self, raw: Any, sock: socket.socket, guard: ConnectionGuard) -> None:
        self._raw = raw
        self._sock = sock
        self._guard = guard

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._guard.next_read_timeout())
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, guard: ConnectionGuard, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_DeadlineStream(self.fp.detach(), sock, guard))


class _Guarded:
    """Shared by the plain and the TLS connection; the guard comes from the pool."""

    def __init__(self, *args: Any, guard: ConnectionGuard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._guard = guard
        self.response_class = functools.partial(_DeadlineResponse, guard=guard)

    def _new_conn(self: Any) -> socket.socket:
        self._guard.note_dialling()
        try:
            addresses = self._guard.addresses(self._dns_host, self.port)
        except OSError as error:
            raise NameResolutionError(self.host, self, error) from error  # type: ignore[arg-type]  # any failed look-up
        return _dial(self, addresses)

    def send(self: Any, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self._guard.note_sending()
        super().send(data)  # type: ignore[misc]  # the connection class beside this mixin


def _dial(connection: Any, addresses: list[str]) -> socket.socket:
    """Connect to the first address that answers; all of them share one connect timeout."""
    until = time.monotonic() + connection.timeout
    failure: OSError = OSError("no address")
    for address in addresses:
        seconds = until - time.monotonic()
        if seconds <= 0:
            break
        try:
            return create_connection((address, connection.port), seconds, socket_options=connection.socket_options)
        except TimeoutError:
            raise ConnectTimeoutError(connection, "connecting took too long") from None
        except OSError as error:
            failure = error
    raise NewConnectionError(connection, f"could not connect: {failure.strerror or failure}")


class _GuardedHTTPConnection(_Guarded, HTTPConnection):  # type: ignore[misc]  # response_class is bound to the guard
    pass


class _GuardedHTTPSConnection(_Guarded, HTTPSConnection):  # type: ignore[misc]  # as above
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPSConnection


class GuardedAdapter(requests.adapters.HTTPAdapter):
    """Sends through connections that obey a ``ConnectionGuard``; never repeats by itself."""

    def __init__(self, guard: ConnectionGuard) -> None:
        self._guard = guard
        super().__init__(max_retries=0, pool_connections=4, pool_maxsize=2)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": functools.partial(_HTTPPool, guard=self._guard),
            "https": functools.partial(_HTTPSPool, guard=self._guard),
        }
