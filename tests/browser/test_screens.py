"""Every screen, light and dark, wide and narrow: accessible, quiet, and never wider than the window."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from core.scope import partner_scope
from syncs.models import RunState
from tests import factories as make
from tests.browser.conftest import Open
from tests.portal.cast import Cast, Shop

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SCREENS = (
    "",
    "inbox/",
    "inbox/?kind=credits",
    "search/?q=con",
    "connections/",
    "connections/syncro/",
    "connections/syncro/history/",
    "programs/",
    "programs/{program}/",
    "programs/{program}/edit/",
    "programs/{program}/products/",
    "programs/{program}/products/{product}/",
    "programs/{program}/billing/?tab=all",
    "programs/{program}/billing/{customer}/azure_plan/",
    "programs/{program}/billing/suggestions/",
    "programs/{program}/billing/import/",
    "programs/{program}/billing/batches/{applied}/",
    "programs/{program}/billing/batches/{refused}/",
    "programs/{program}/customers/{customer}/",
    "programs/{program}/invoices/",
    "programs/{program}/invoices/{invoice}/",
    "programs/{program}/invoices/{invoice}/account/",
    "programs/{program}/history/",
    "runs/{run}/",
    "runs/{waiting}/",
    "runs/{active}/",
    "runs/{run}/changes/{change}/",
    "settings/",
    "email-preferences/",
    "notices/",
    "users/",
    "users/invite/",
    "audit/",
)
OWN_SCREENS = (
    "/profile/",
    "/accounts/password/change/",
    "/accounts/email/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/sessions/",
    "/accounts/logout/",
)


FOR_NOBODY = (
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-unknown/",
    "/accounts/confirm-email/unknown/",
    "/accounts/inactive/",
    "/invitations/unknown/",
    "/there-is-no-such-page/",
)


def violations(page: Any) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def overflow(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture
def screens(cast: Cast, shop: Shop) -> list[str]:
    with partner_scope(cast.northwind.pk):
        shop.program.target.status = "ready"
        shop.program.target.save()
        type(shop.customer).objects.filter(pk=shop.customer.pk).update(name="Contoso " + "x" * 190)
        problem = {"line": 7, "text": "“maybe” says neither on nor off.", "cure": "Use on or off."}
        applied = make.MappingBatchFactory.switched_off(shop.mapping, left_alone=["Contoso / Azure Plan"])
        refused = make.MappingBatchFactory.switched_off(shop.mapping, state="proposed", problems=[problem])
        waiting = make.RunFactory(program=shop.program, state=RunState.WAITING, status="", waiting_for="Guard.")
        active = make.RunFactory(program=shop.program, kind="products", state=RunState.APPLYING, status="", total=3)
        make.ChangeFactory(run=shop.run, customer=shop.customer, state="failed", error="Syncro was busy.")
        make.FindingFactory(last_run=shop.run)
        make.FindingFactory(last_run=shop.run, code="paused", subject="", text="It is paused")
    values = {
        "program": shop.program.pk,
        "product": shop.product.pk,
        "customer": shop.customer.pk,
        "invoice": shop.invoice.pk,
        "run": shop.run.pk,
        "waiting": waiting.pk,
        "active": active.pk,
        "applied": applied.pk,
        "refused": refused.pk,
        "change": shop.change.pk,
    }
    return [*(f"/p/northwind/{screen.format(**values)}" for screen in SCREENS), *OWN_SCREENS]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)])
def test_screens_are_accessible_and_fit(open_browser: Open, screens: list[str], scheme: str, width: int) -> None:
    page = open_browser("alice", color_scheme=scheme, viewport={"width": width, "height": 900})
    found = {}
    for screen in screens:
        answer = page.goto(screen)
        page.wait_for_load_state("networkidle")
        assert answer is not None
        assert answer.status == 200, screen
        if problems := [*violations(page), *([f"{overflow(page)} px too wide"] if overflow(page) > 0 else [])]:
            found[screen] = problems

    assert found == {}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_operators_page_is_accessible_and_fits(open_browser: Open, shop: Shop, scheme: str, width: int) -> None:
    page = open_browser("olga", color_scheme=scheme, viewport={"width": width, "height": 900})

    assert (violations(page), overflow(page)) == ([], 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_for_nobody_are_accessible(live_server: Any, page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 800})
        for path in FOR_NOBODY:
            page.goto(live_server.url + path)
            assert (violations(page), overflow(page)) == ([], 0), path


def test_chosen_theme_is_kept(open_browser: Open) -> None:
    page = open_browser("vera", color_scheme="light")
    page.get_by_label("Account and appearance").click()
    page.get_by_role("button", name="Dark").click()

    page.reload()

    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


@pytest.mark.parametrize("theme", ["", "dark"])
def test_report_prints_dark_on_white_and_whole(open_browser: Open, cast: Cast, shop: Shop, theme: str) -> None:
    with partner_scope(cast.northwind.pk):
        make.ChargeFactory.create_batch(60, invoice=shop.invoice, customer=shop.customer)
    page = open_browser("vera", color_scheme="dark", viewport={"width": 690, "height": 900})
    page.evaluate("theme => theme && localStorage.setItem('theme', theme)", theme)
    page.goto(f"/p/northwind/programs/{shop.program.pk}/invoices/{shop.invoice.pk}/")
    page.wait_for_load_state("networkidle")
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Print").click()
    assert page.title() == "printed"

    page.emulate_media(media="print")

    body = page.evaluate("(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))")
    assert body == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    card = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert card == "rgb(255, 255, 255)"
    box = "document.querySelector('#list .table-box')"
    assert page.evaluate(f"{box}.scrollHeight - {box}.clientHeight") == 0
    assert page.evaluate(f"{box}.querySelector('thead').offsetHeight") > 0
    expect(page.locator("#list-count")).to_contain_text("1–50 of 62")
    assert overflow(page) == 0


def test_menu_opens_and_closes_on_a_narrow_screen(open_browser: Open) -> None:
    page = open_browser("vera", viewport={"width": 390, "height": 800})
    inbox = page.locator("#rail").get_by_role("link", name="Inbox")
    assert not inbox.is_visible()

    page.get_by_role("link", name="Open the menu").click()
    inbox.click()

    page.wait_for_url("**/inbox/")
    assert not page.locator("#rail").get_by_role("link", name="Inbox").is_visible()
