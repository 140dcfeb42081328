"""``python -m billingsync.healthcheck [beat]``: exit code 0 when the web server of this container, or beat, is well."""

from __future__ import annotations

import http.client
import sys

PORT = 8000
LONGEST_SILENCE = 180.0  # seconds: beat has something to do each minute


def main(arguments: list[str]) -> int:
    """Web answers for itself; beat leaves a sign of life in Redis at each tick."""
    return _beat() if arguments == ["beat"] else _web()


def _web() -> int:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return 0 if connection.getresponse().status == http.HTTPStatus.OK else 1
    except OSError:
        return 1


def _beat() -> int:
    from redis.exceptions import RedisError

    from billingsync.signs_of_life import BEAT, seconds_since

    try:
        silence = seconds_since(BEAT)
    except RedisError:
        return 1
    return 0 if silence is not None and silence < LONGEST_SILENCE else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
