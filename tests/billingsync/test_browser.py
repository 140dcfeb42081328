"""The browser that the portal's tests drive: the system's Chromium, on this machine alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error

from billingsync.version import read_version


@pytest.mark.django_db(transaction=True)
def test_browser_opens_a_page_of_the_running_portal(live_server, page):
    answer = page.goto(f"{live_server.url}/healthz")

    assert (answer.status, answer.json()) == (200, {"alive": True, "version": read_version()})


def test_browser_looks_up_no_other_host(page):
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://billing.example.com/")
