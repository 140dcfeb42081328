"""Every screen, light and dark, wide and narrow: accessible, quiet, and never wider than the window."""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve
from playwright.sync_api import Browser, Page, expect

from accounts.models import Invitation, Membership
from accounts.services import create_user, hash_token
from core.scope import partner_scope
from notifications.models import Message
from syncs.models import RunState
from syncs.telling import tell_of_run
from tests import factories as make
from tests.browser.conftest import Open, sign_in
from tests.portal.cast import PASSWORD, Cast, Shop
from tests.tenancy.test_url_walk import walk

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = {1440: 900, 390: 844}
THEMES = ("light", "dark")

SCREENS = (
    "",
    "inbox/",
    "inbox/?kind=credits",
    "search/?q=con",
    "search/?q=nothing+like+it",
    "connections/",
    "connections/syncro/",
    "connections/syncro/history/",
    "connections/syncro/disconnect/",
    "programs/",
    "programs/{program}/",
    "programs/{program}/edit/",
    "programs/{program}/products/",
    "programs/{program}/products/{product}/",
    "programs/{program}/products/{product}/adopt/",
    "programs/{program}/billing/?tab=all",
    "programs/{program}/billing/?q=nothing+like+it",
    "programs/{program}/billing/{customer}/azure_plan/",
    "programs/{program}/billing/{customer}/seat_monthly/",
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
    "runs/{preview}/",
    "runs/{waiting}/",
    "runs/{active}/",
    "runs/{run}/changes/{change}/",
    "messages-explained/",
    "messages/",
    "messages/{message}/",
    "settings/",
    "email-preferences/",
    "notices/",
    "users/",
    "users/invite/",
    "users/{member}/remove/",
    "audit/",
)
FIRST_STEPS = (
    "",
    "inbox/",
    "connections/",
    "connections/prism/",
    "programs/",
    "programs/microsoft-csp/prism-to-syncro/set-up/",
    "notices/",
    "messages/",
    "users/",
    "audit/",
)
BEFORE_THE_FIRST_SYNC = (
    "",
    "programs/{program}/",
    "programs/{program}/products/",
    "programs/{program}/billing/",
    "programs/{program}/billing/suggestions/",
    "programs/{program}/invoices/",
    "programs/{program}/history/",
)
OWN_SCREENS = (
    "/profile/",
    "/accounts/password/change/",
    "/accounts/email/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/webauthn/",
    "/accounts/sessions/",
    "/accounts/reauthenticate/",
    "/accounts/3rdparty/",
    "/accounts/logout/",
)
FOR_NOBODY = (
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-unknown/",
    "/accounts/password/reset/key/done/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/unknown/",
    "/accounts/inactive/",
    "/accounts/3rdparty/login/cancelled/",
    "/accounts/3rdparty/login/error/",
    "/invitations/unknown/",
    "/invitations/for-nina/",
    "/there-is-no-such-page/",
)
REFUSALS = {"/there-is-no-such-page/": 404, "/invitations/unknown/": 404, "/accounts/3rdparty/login/error/": 401}
SEEN_ELSEWHERE = {
    "home": "test_page_for_people_without_a_partner",
    "operator": "test_operators_page",
    **dict.fromkeys(
        ("mfa_authenticate", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"),
        "test_sign_in: a recovery code signs in",
    ),
    **dict.fromkeys(
        ("mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
        "test_sign_in: a passkey signs in",
    ),
}
NO_PAGES = {
    "healthz": "for machines",
    "running": "a part of the frame",
    "run_progress": "a part of the page of a run",
    "export_mappings": "a file",
    "message_html": "an e-mail, as it was sent",
    "mfa_download_recovery_codes": "a file",
    "mfa_login_webauthn": "asked by a script",
    "account_set_password": "leads on: everybody has a password",
    "account_confirm_login_code": "leads on: nobody signs in by code",
    "socialaccount_signup": "leads on: people join by invitation",
    "openid_connect_login": "leads to the provider",
    "openid_connect_callback": "the provider leads back",
}


def takes_post_alone(view: Any) -> bool:
    """Whether the decorator around a view, which keeps the methods it lets pass, knows no other."""
    return inspect.getclosurevars(view).nonlocals.get("request_method_list") == ["POST"]


def violations(page: Any) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(
        """rules => axe.run({ runOnly: rules, resultTypes: ["violations"] })
            .then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))""",
        RULES,
    )
    return [f"{name}: {html[:200]}" for name, html in found]


def overflow(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def problems(page: Page) -> list[str]:
    """What is wrong with the page as it stands, in each theme."""
    found = [f"{overflow(page)} px too wide"] if overflow(page) > 0 else []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.evaluate("Promise.allSettled(document.getAnimations().map(({ finished }) => finished))")
        found += [f"{theme}: {each}" for each in violations(page)]
    return found


def in_each_width(page: Page, begin: Callable[[], None], widths: tuple[int, ...] = tuple(WIDTHS)) -> list[str]:
    """What is wrong once the page has been opened, in each width."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        begin()
        found += [f"{width} px, {problem}" for problem in problems(page)]
    return found


def visit(page: Page, path: str, status: int = 200) -> None:
    answer = page.goto(path)
    if "/reauthenticate/" in page.url and "/reauthenticate/" not in path:
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{path}")
        answer = page.goto(path)
    page.wait_for_load_state("networkidle")
    assert answer is not None
    assert answer.status == status, path
    there = urlsplit(page.url)
    assert path in (there.path, f"{there.path}?{there.query}"), "it leads on"


def look_through(page: Page, paths: list[str]) -> dict[str, list[str]]:
    """The screens with problems."""
    found = {}
    for path in paths:
        if wrong := in_each_width(page, partial(visit, page, path)):
            found[path] = wrong
    return found


@pytest.fixture
def screens(cast: Cast, shop: Shop, settings: Any) -> list[str]:
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
        tell_of_run(make.RunFactory(program=shop.program, status="warning"), [], [])
        invite_nina()
        values = {
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
    return [f"/p/northwind/{screen.format(**values)}" for screen in SCREENS]


def invite_nina() -> None:
    Invitation.objects.create(
        email="nina@northwind.example",
        role="viewer",
        token_hash=hash_token("for-nina"),
        expires_at="2030-01-01T00:00:00Z",
    )


def test_no_page_is_forgotten() -> None:
    some = defaultdict(lambda: 1)
    paths = [f"/p/northwind/{each.format_map(some)}" for each in (*SCREENS, *FIRST_STEPS, *BEFORE_THE_FIRST_SYNC)]
    seen = {resolve(urlsplit(path).path).url_name for path in (*paths, *OWN_SCREENS, *FOR_NOBODY[:-1])}

    pages = {each.name for each in walk() if each.name and not takes_post_alone(each.view)}

    assert pages - seen - set(SEEN_ELSEWHERE) == set(NO_PAGES)


def test_screens_are_accessible_and_fit(open_browser: Open, screens: list[str]) -> None:
    assert look_through(open_browser("alice"), screens) == {}


def test_screens_of_a_person_are_accessible_and_fit(open_browser: Open, screens: list[str]) -> None:
    assert look_through(open_browser("alice"), list(OWN_SCREENS)) == {}


def test_screens_with_nothing_on_them_are_accessible_and_fit(open_browser: Open, cast: Cast, settings: Any) -> None:
    settings.DEVELOPMENT = True
    page = open_browser("charlie")
    with partner_scope(cast.tailwind.pk):
        source, target = make.ConnectionFactory(), make.TargetFactory()
    assert look_through(page, [f"/p/tailwind/{screen}" for screen in FIRST_STEPS]) == {}

    with partner_scope(cast.tailwind.pk):
        program = make.ProgramFactory(source=source, target=target)
    screens = [f"/p/tailwind/{screen.format(program=program.pk)}" for screen in BEFORE_THE_FIRST_SYNC]
    assert look_through(page, screens) == {}


def test_parts_that_open_are_accessible_and_fit(open_browser: Open, screens: list[str], shop: Shop) -> None:
    page = open_browser("alice")
    found = {}
    for name, (path, widths, begin) in opened_parts(shop.program.pk).items():

        def open_part(path: str = path, begin: Callable[[Page], None] = begin) -> None:
            visit(page, path)
            begin(page)

        if wrong := in_each_width(page, open_part, widths):
            found[name] = wrong

    assert found == {}


Part = tuple[str, tuple[int, ...], Callable[[Page], None]]


def opened_parts(program: int) -> dict[str, Part]:
    """Where each part is, in which widths, and how one opens it."""
    billing = f"/p/northwind/programs/{program}/billing/?tab=all"
    both = tuple(WIDTHS)

    def open_mapping(page: Page) -> None:
        page.get_by_role("link", name="Edit Contoso").click()
        expect(page.get_by_role("dialog").get_by_role("searchbox")).to_be_visible()

    def ask_before_leaving(page: Page) -> None:
        open_mapping(page)
        page.get_by_label("Pricing strategy").select_option("cost_only")
        page.keyboard.press("Escape")
        expect(page.get_by_text("What you changed here is not saved.")).to_be_visible()

    def search(page: Page) -> None:
        page.keyboard.press("Control+k")
        page.keyboard.type("con")
        expect(page.get_by_role("option").first).to_be_visible()

    def open_notices(page: Page) -> None:
        page.locator("#notices-menu summary").click()
        expect(page.locator("#notices-menu").get_by_role("link", name="Microsoft CSP")).to_be_visible()

    def open_menu(label: str | re.Pattern[str]) -> Callable[[Page], None]:
        return lambda page: page.get_by_label(label).click()

    return {
        "mapping": (billing, both, open_mapping),
        "question": (billing, both, ask_before_leaving),
        "search": ("/p/northwind/", both, search),
        "columns": (billing, both, lambda page: page.locator("summary", has_text="Columns").click()),
        "filters": (billing, (390,), lambda page: page.locator("summary", has_text="Filters").click()),
        "many at once": (billing, (390,), lambda page: page.locator("summary", has_text="Many at once").click()),
        "notices": ("/p/northwind/", both, open_notices),
        "account": ("/p/northwind/", both, open_menu("Account and appearance")),
        "partners": ("/p/northwind/", (1440,), open_menu(re.compile("Partner:"))),
        "drawer": ("/p/northwind/", (390,), lambda page: page.get_by_role("link", name="Open the menu").click()),
    }


def test_operators_page_is_accessible_and_fits(open_browser: Open, cast: Cast, screens: list[str]) -> None:
    with partner_scope(cast.tailwind.pk):
        make.TargetFactory(status="requested", requested_at="2026-09-01T09:00:00Z")
        make.ConnectionFactory(status="attention", problem="PRISM refused the secret.")

    assert look_through(open_browser("olga"), ["/operator/", "/operator/?q=nothing+like+it"]) == {}


def test_page_for_people_without_a_partner_is_accessible_and_fits(open_browser: Open, cast: Cast) -> None:
    page = open_browser("")
    cast.users["newcomer"] = create_user(email="newcomer@example.com", password=PASSWORD)
    sign_in(page, "newcomer@example.com")
    page.wait_for_url(lambda url: "/accounts/" not in url)

    assert look_through(page, ["/"]) == {}


@pytest.fixture
def tolerant_page(live_server: Any, browser: Browser, cast: Cast) -> Iterator[Page]:
    """A page whose console may say that the server refused or failed."""
    context = browser.new_context(base_url=live_server.url)
    yield context.new_page()
    context.close()


def test_pages_for_nobody_are_accessible_and_fit(tolerant_page: Page, cast: Cast) -> None:
    with partner_scope(cast.northwind.pk):
        invite_nina()
    found = {}
    for path in FOR_NOBODY:
        begin = partial(visit, tolerant_page, path, status=REFUSALS.get(path, 200))
        found[path] = in_each_width(tolerant_page, begin)

    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_pages_of_refusals_are_accessible_and_fit(
    tolerant_page: Page, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tolerant_page
    sign_in(page, cast.users["vera"].email)
    page.wait_for_url("**/p/northwind/")
    monkeypatch.setattr("billingsync.views.program_boards", None)
    found = {}
    for path, status in {"users/invite/": 403, "runs/1/": 404, "": 500}.items():
        visit(page, f"/p/northwind/{path}", status)
        found[status] = problems(page)
    visit(page, "/profile/")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nothing was saved")).to_be_visible()
    found["csrf"] = problems(page)

    assert {what: wrong for what, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("problem", ["connection", "program", "invitation"])
def test_forms_with_problems_are_accessible_and_fit(open_browser: Open, shop: Shop, problem: str) -> None:
    page = open_browser("alice")
    path, field = {
        "connection": ("connections/syncro/", "Subdomain"),
        "program": (f"programs/{shop.program.pk}/edit/", "Notification e-mails"),
        "invitation": ("users/invite/", "E-mail address"),
    }[problem]
    visit(page, f"/p/northwind/{path}")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.get_by_label(field).fill("not/what is @ meant")
    page.evaluate("document.querySelector('main form').requestSubmit()")
    expect(page.get_by_role("alert")).to_be_visible()

    assert problems(page) == []


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
