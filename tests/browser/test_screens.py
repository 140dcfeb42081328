"""Every screen, light and dark, wide and narrow: accessible, quiet, and never wider than the window."""

from __future__ import annotations

import inspect
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Page

from accounts.services import create_user
from core.audit import COMMAND
from core.installation_audit import record_installation
from core.scope import partner_scope
from tests import factories as make
from tests.browser.conftest import Open, invite_nina, sign_in
from tests.browser.looking import look_through
from tests.portal.cast import PASSWORD, Cast
from tests.tenancy.test_url_walk import walk

SCREENS = (
    "",
    "inbox/",
    "inbox/?kind=credits",
    "search/?q=con",
    "search/?q=nothing+like+it",
    "connections/",
    "connections/syncro/",
    "connections/syncro/history/",
    "connections/prism/tested/",
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
    "programs/{program}/invoices/{invoice}/rows/",
    "programs/{program}/invoices/{invoice}/?q=nothing+like+it",
    "programs/{program}/invoices/{invoice}/account/",
    "programs/{program}/months/",
    "programs/{program}/months/2026-09/",
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
    "/accounts/confirm-email/unknown/",
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
    "operator": "test_operators_pages",
    "installation_audit": "test_operators_pages",
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


@pytest.fixture
def screens(busy_shop: dict[str, int]) -> list[str]:
    return [f"/p/northwind/{screen.format(**busy_shop)}" for screen in SCREENS]


def test_no_page_is_forgotten() -> None:
    some = defaultdict(lambda: 1)
    paths = [f"/p/northwind/{each.format_map(some)}" for each in (*SCREENS, *FIRST_STEPS, *BEFORE_THE_FIRST_SYNC)]
    seen = {resolve(urlsplit(path).path).url_name for path in (*paths, *OWN_SCREENS, *FOR_NOBODY[:-1])}

    pages = {each.name for each in walk() if each.name and not takes_post_alone(each.view)}

    assert pages - seen - set(SEEN_ELSEWHERE) == set(NO_PAGES)


def test_screens_are_accessible_and_fit(open_browser: Open, screens: list[str]) -> None:
    assert look_through(open_browser("alice"), screens) == {}


def test_screens_of_a_person_are_accessible_and_fit(open_browser: Open, screens: list[str]) -> None:
    assert look_through(open_browser("alice"), OWN_SCREENS) == {}


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


def test_operators_pages_are_accessible_and_fit(open_browser: Open, cast: Cast, screens: list[str]) -> None:
    with partner_scope(cast.tailwind.pk):
        make.TargetFactory(status="requested", requested_at="2026-09-01T09:00:00Z")
        make.ConnectionFactory(status="attention", problem="PRISM refused the secret.")

    record_installation(COMMAND, "keys.rotated", "Sealed anew: 4, not opened: 0")
    pages = ["/operator/", "/operator/?q=nothing+like+it", "/operator/audit/", "/operator/audit/?action=backup"]
    assert look_through(open_browser("olga"), pages) == {}


def test_page_for_people_without_a_partner_is_accessible_and_fits(open_browser: Open, cast: Cast) -> None:
    page = open_browser("")
    cast.users["newcomer"] = create_user(email="newcomer@example.com", password=PASSWORD)
    sign_in(page, "newcomer@example.com")
    page.wait_for_url(lambda url: "/accounts/" not in url)

    assert look_through(page, ["/"]) == {}


def test_pages_for_nobody_are_accessible_and_fit(tolerant_page: Page, cast: Cast) -> None:
    with partner_scope(cast.northwind.pk):
        invite_nina()

    assert look_through(tolerant_page, FOR_NOBODY, REFUSALS) == {}
