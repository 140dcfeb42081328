"""A signed-in browser on the running portal, which reports what the console says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from accounts.models import Invitation, Membership
from accounts.services import hash_token
from connections.models import CredentialCheck
from core.scope import partner_scope
from notifications.models import Message
from syncs.enums import RunState
from syncs.proving.months import prove_months
from syncs.running.telling import tell_of_run
from tests import factories as make
from tests.browser.keyboard import Keyboard
from tests.onboarding import vendors
from tests.portal.cast import PASSWORD, Cast, Shop, make_cast, stock_shop

__all__ = ["vendors"]

ONE_HOUR = dt.timedelta(hours=1)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Alice, adam, bob, vera, charlie and olga."""
    return make_cast()


@pytest.fixture
def shop(cast: Cast) -> Shop:
    """Northwind with one row of everything."""
    with partner_scope(cast.northwind.pk):
        return stock_shop()


@pytest.fixture
def busy_shop(cast: Cast, shop: Shop, settings: Any) -> dict[str, int]:
    """Northwind with runs, batches, findings and e-mails of every state; their ids by the names that addresses use."""
    settings.DEVELOPMENT = True  # where e-mails can be read in the portal
    with partner_scope(cast.northwind.pk):
        shop.program.target.status = "ready"
        shop.program.target.save()
        type(shop.customer).objects.filter(pk=shop.customer.pk).update(name="Contoso " + "x" * 190)
        problem = {"line": 7, "text": "“maybe” says neither on nor off.", "cure": "Use on or off."}
        applied = make.MappingBatchFactory.switched_off(shop.mapping, left_alone=["Contoso / Azure Plan"])
        refused = make.MappingBatchFactory.switched_off(shop.mapping, state="proposed", problems=[problem])
        waiting = make.RunFactory(program=shop.program, state=RunState.WAITING, status="", waiting_for="Guard.")
        active = make.RunFactory(program=shop.program, kind="products", state=RunState.APPLYING, status="", total=3)
        preview = make.RunFactory(program=shop.program, preview=True)
        make.ChangeFactory(run=preview, customer=shop.customer, state="planned")
        make.ChangeFactory(run=shop.run, customer=shop.customer, state="failed", error="Syncro was busy.")
        make.FindingFactory(last_run=shop.run)
        make.FindingFactory(last_run=shop.run, code="paused", subject="", text="It is paused")
        tell_of_run(make.RunFactory(program=shop.program, status="warning"), [])
        prove_months(shop.program, ())
        invite_nina()
        CredentialCheck.objects.create(
            system="prism", stores=False, asked_by=cast.users["alice"], asked_at=timezone.now() + ONE_HOUR
        )
        return {
            "program": shop.program.pk,
            "product": shop.product.pk,
            "customer": shop.customer.pk,
            "invoice": shop.invoice.pk,
            "run": shop.run.pk,
            "preview": preview.pk,
            "waiting": waiting.pk,
            "active": active.pk,
            "applied": applied.pk,
            "refused": refused.pk,
            "change": shop.change.pk,
            "message": Message.objects.all()[0].pk,
            "member": Membership.objects.get(user=cast.users["vera"]).pk,
        }


def invite_nina() -> None:
    Invitation.objects.create(
        email="nina@northwind.example",
        role="viewer",
        token_hash=hash_token("for-nina"),
        expires_at="2030-01-01T00:00:00Z",
    )


@pytest.fixture
def tolerant_page(live_server: Any, browser: Browser, cast: Cast) -> Iterator[Page]:
    """A page whose console may say that the server refused or failed."""
    context = browser.new_context(base_url=live_server.url)
    yield context.new_page()
    context.close()


Open = Callable[..., Page]
EXPECTED = (
    "status of 422",  # a form that comes back with its problems
    "status of 409",  # or with what somebody else saved meanwhile
    "Autofocus processing was blocked",  # a click before the first painting: no person is as quick
)


@pytest.fixture
def open_browser(live_server: Any, browser: Browser, cast: Cast) -> Iterator[Open]:
    """``open_browser("bob", **options)``: a page of a browser in which that person signed in by keyboard.

    ``open_browser("")`` leaves out the sign-in. At the end every message of the console counts as a failure, a
    refused script or style with it.
    """
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if not any(words in message.text for words in EXPECTED):
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
