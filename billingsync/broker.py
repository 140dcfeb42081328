"""Redis as the broker, such that a worker outlives its death.

When Redis dies while a task runs, the channel outlives its connection. Whatever is done with it then
(putting unfinished messages back, acknowledging the task) fails inside kombu with an error that is not
counted among connection errors, and that ends the worker for good.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import redis as redis_transport
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError


class Channel(redis_transport.Channel):
    """A channel that calls a lost connection by its name."""

    # Nothing is lost without: the janitor hands the runs of unfinished messages on.
    do_restore = False

    def _connparams(self, asynchronous: bool = False) -> Any:  # noqa: FBT001, FBT002  # the base's signature
        if getattr(self.connection, "client", None) is None:
            raise RedisConnectionError("the connection of this channel is closed")
        return super()._connparams(asynchronous=asynchronous)  # type: ignore[misc]  # unknown to the stubs


class Transport(redis_transport.Transport):
    """Kombu's Redis transport with these channels.

    Redis answers and refuses while it has no memory (OOM), cannot save (MISCONF), is a replica (READONLY) or still
    reads its file (LOADING). For kombu that is a fault of the channel, which ends a worker for good. It passes like a
    lost connection does.
    """

    Channel = Channel
    connection_errors = (*redis_transport.Transport.connection_errors, ResponseError)
