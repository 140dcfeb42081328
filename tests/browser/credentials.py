"""Entering credentials, with the worker that tests them."""

from __future__ import annotations

from playwright.sync_api import expect

from accounts.models import Partner
from tests.browser.keyboard import Keyboard
from tests.portal.connections.checks import run_waiting_checks


def save_credentials(person: Keyboard, partner: Partner) -> None:
    """Press the button, and have a worker do the test that the page then follows."""
    person.press(person.page.get_by_role("button", name="Test and save"))
    expect(person.page.get_by_text("is being asked")).to_be_visible()
    assert run_waiting_checks(partner) == 1
    expect(person.page.get_by_text("is being asked")).to_be_hidden()
