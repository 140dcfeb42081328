"""Second factors, as a person uses them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.portal.cast import PASSWORD

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


def sign_out(page: Page) -> None:
    page.get_by_label("Account and appearance").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def test_authenticator_app_is_activated_and_gives_recovery_codes(open_browser: Open) -> None:
    page = open_browser("vera")
    page.goto("/accounts/2fa/totp/activate/")
    confirm_password(page)
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Activate").click()

    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    expect(page.get_by_label("Unused codes")).not_to_be_empty()


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

    sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    page.wait_for_url("**/p/northwind/")
