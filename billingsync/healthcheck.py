"""``python -m billingsync.healthcheck``: exit code 0 when the web server of this container is well."""

from __future__ import annotations

import http.client
import os
import sys

PORT = 8000


def main() -> int:
    """Ask ``/healthz`` under a host name that the service answers to."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return 0 if connection.getresponse().status == http.HTTPStatus.OK else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
