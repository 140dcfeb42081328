"""A server of a few lines that answers byte by byte as a test wants, on a real socket."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Reply = Callable[[socket.socket], None]


def sends(*parts: bytes) -> Reply:
    """A reply that writes these bytes and closes."""

    def reply(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return reply


def answers(body: bytes, *, status: str = "200 OK", headers: str = "") -> Reply:
    """A well-formed reply with its length."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
    return sends(head.encode() + body)


@dataclass
class WireServer:
    """Gives each connection the next reply, the last one for ever; keeps what was asked."""

    replies: list[Reply]
    reads_requests: bool = True
    requests: list[bytes] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.stopping.set()
        # Closing alone does not wake a thread that waits in accept.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=10)

    def _serve(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(10)
                if self.reads_requests:
                    self.requests.append(_read_request(connection))
                reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
                reply(connection)


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return received
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
