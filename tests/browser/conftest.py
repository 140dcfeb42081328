"""A signed-in browser on the running portal, which reports what the console says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from core.scope import partner_scope
from tests.browser.keyboard import Keyboard
from tests.onboarding import vendors
from tests.portal.cast import PASSWORD, Cast, Shop, make_cast, stock_shop

__all__ = ["vendors"]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Alice, adam, bob, vera, charlie and olga."""
    return make_cast()


@pytest.fixture
def shop(cast: Cast) -> Shop:
    """Northwind with one row of everything."""
    with partner_scope(cast.northwind.pk):
        return stock_shop()


Open = Callable[..., Page]
REFUSED = "status of 422"  # a form that comes back with its problems


@pytest.fixture
def open_browser(live_server: Any, browser: Browser, cast: Cast) -> Iterator[Open]:
    """``open_browser("bob", **options)``: a page of a browser in which that person signed in by keyboard.

    ``open_browser("")`` leaves out the sign-in. At the end every message of the console counts as a failure, a
    refused script or style with it.
    """
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if REFUSED not in message.text:
            said.append(f"{message.location}: {message.text}")

    def open_as(name: str, **options: Any) -> Page:
        context = browser.new_context(**{"base_url": live_server.url, **options})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
        if name:
            sign_in(page, cast.users[name].email)
            page.wait_for_url("**/p/*/" if name != "olga" else "**/operator/")
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert said == []


def sign_in(page: Page, email: str) -> None:
    keyboard = Keyboard(page)
    page.goto("/accounts/login/")
    keyboard.write(page.get_by_label("Email"), email)
    keyboard.write(page.get_by_label("Password"), PASSWORD)
    keyboard.press(page.get_by_role("button", name="Sign in", exact=True))
