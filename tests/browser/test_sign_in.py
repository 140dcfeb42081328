"""Joining, one's own address and second factors, as a person uses them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import Any

from playwright.sync_api import Page, expect

from core.scope import partner_scope
from tests.accounts.mailbox import letters_to, link_in
from tests.browser.conftest import Open, invite_nina, sign_in
from tests.browser.looking import violations
from tests.portal.cast import PASSWORD, Cast

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


def code_of(secret: str) -> str:
    """The six digits that an authenticator app shows now (RFC 6238)."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    place = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[place : place + 4])
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


def confirm_password(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def sign_in_here(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_label("Account and appearance").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def test_invited_person_joins_with_a_double_click(open_browser: Open, cast: Cast) -> None:
    with partner_scope(cast.northwind.pk):
        invite_nina()
    page = open_browser("")
    page.goto("/invitations/for-nina/")
    assert violations(page) == []
    page.get_by_label("Your name").fill("Nina")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)

    page.get_by_role("button", name="Join").dblclick()

    expect(page).to_have_url(re.compile(r"/p/northwind/$"))  # the second click breaks the first one's way off
    sign_out(page)
    sign_in(page, "nina@northwind.example")
    page.wait_for_url("**/p/northwind/")


def test_new_address_counts_once_its_link_was_followed(open_browser: Open, cast: Cast) -> None:
    page = open_browser("vera")
    page.goto("/accounts/email/")
    page.get_by_label("Email").fill("vera@elsewhere.example")
    page.get_by_role("button", name="Change the address").click()
    confirm_password(page)
    page.get_by_label("Email").fill("vera@elsewhere.example")
    page.get_by_role("button", name="Change the address").dblclick()
    expect(page.get_by_text("Changing to vera@elsewhere.example")).to_be_visible()
    assert violations(page) == []

    elsewhere = open_browser("")
    elsewhere.goto(link_in(str(letters_to("vera@elsewhere.example")[-1].body), "/accounts/confirm-email/"))
    sign_in_here(elsewhere, "vera@northwind.example")
    expect(elsewhere.get_by_role("heading", name="Confirm your address")).to_be_visible()
    assert violations(elsewhere) == []
    elsewhere.get_by_role("button", name="Confirm").dblclick()

    expect(elsewhere).not_to_have_url(re.compile("/confirm-email/"))
    page.goto("/accounts/email/")
    expect(page.get_by_text("You sign in with vera@elsewhere.example")).to_be_visible()


def test_authenticator_app_is_activated_and_a_recovery_code_signs_in(open_browser: Open) -> None:
    page = open_browser("vera")
    page.goto("/accounts/2fa/totp/activate/")
    confirm_password(page)
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Activate").click()

    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    recovery_code = page.get_by_label("Unused codes").input_value().split()[0]
    assert violations(page) == []
    for path in ("/accounts/2fa/", "/accounts/2fa/recovery-codes/generate/", "/accounts/2fa/totp/deactivate/"):
        page.goto(path)
        assert violations(page) == [], path
    sign_out(page)
    page.get_by_label("Email").fill("vera@northwind.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Code").fill(recovery_code)
    page.get_by_role("button", name="Sign in").click()

    page.wait_for_url("**/p/northwind/")


def test_passkey_is_added_and_signs_in(open_browser: Open, live_server: Any) -> None:
    page = open_browser("vera", base_url=live_server.url.replace("127.0.0.1", "localhost"))  # passkeys need a name
    session: Any = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    page.goto("/accounts/2fa/webauthn/add/")
    confirm_password(page)
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(lambda address: "/webauthn/add/" not in address)
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("cell", name="Passkey")).to_be_visible()
    assert violations(page) == []

    sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    page.wait_for_url("**/p/northwind/")
