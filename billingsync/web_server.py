"""How gunicorn serves in production: ``gunicorn -c python:billingsync.web_server billingsync.wsgi:application``.

It stands behind a proxy that buffers (docs/operations.md). Alone, it gives up on clients that stop in the middle.
"""

from __future__ import annotations

import socket
import struct
from typing import Any

from billingsync.settings import LOGGING

bind = "0.0.0.0:8000"  # of the container  # nosec B104
workers, threads = 2, 4
worker_tmp_dir = "/dev/shm"  # noqa: S108  # memory of the container  # nosec B108
max_requests, max_requests_jitter = 2000, 200
logconfig_dict = LOGGING  # its own lines are JSON too
accesslog = None  # paths hold links that let in: billingsync.access_log writes the route
limit_request_line, limit_request_fields, limit_request_field_size = 8190, 60, 8190
keepalive = 2
READ_SECONDS = 10  # without a byte


def give_up_on_silence(server: Any) -> None:
    """Sockets that are accepted have the listener's time-out: a client that stops sending frees its thread."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", READ_SECONDS, 0))


when_ready = give_up_on_silence  # gunicorn's name for what it calls once it listens
