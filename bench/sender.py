"""A fresh process that sends reads to Syncro through the product's edge for some seconds."""

from __future__ import annotations

import json
import sys
import time

import django


def main(account: str, token: str, seconds: float) -> int:
    """Read one product again and again; answers how often."""
    from connections.clients import target_client
    from connectors.errors import RateLimited

    client = target_client("syncro", {"subdomain": account, "api_token": token})
    ends = time.monotonic() + seconds
    sent = 0
    while time.monotonic() < ends:
        try:
            client.get_product("301")
        except RateLimited as refused:
            time.sleep(refused.retry_after)
        sent += 1
    return sent


if __name__ == "__main__":
    django.setup()
    print(json.dumps({"sent": main(sys.argv[1], sys.argv[2], float(sys.argv[3]))}))
