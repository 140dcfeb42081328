"""Who signed in is written down, and nobody is locked out by somebody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client

from core.models import AuditEntry, InstallationEntry
from core.scope import partner_scope
from tests.accounts.mailbox import letters_to
from tests.portal.cast import PASSWORD, Cast

ADDRESS = "203.0.113.9"
ADAM = "adam@northwind.example"


def try_to_sign_in(browser: Client, password: str, email: str = ADAM) -> Any:
    return browser.post("/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR=ADDRESS)


def told(cast: Cast) -> list[tuple[str, str, str]]:
    with partner_scope(cast.northwind.pk):
        entries = AuditEntry.objects.filter(action__startswith="signin.").order_by("pk")
        return list(entries.values_list("actor_name", "action", "text"))


def test_sign_in_failure_and_confirmation_are_in_the_partners_audit(cast: Cast) -> None:
    browser = Client()
    try_to_sign_in(browser, "wrong")
    try_to_sign_in(browser, PASSWORD)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD}, REMOTE_ADDR=ADDRESS)
    browser.post("/accounts/logout/", REMOTE_ADDR=ADDRESS)

    assert told(cast) == [
        (ADAM, "signin.failed", f"Sign-in failed (from {ADDRESS})"),
        (ADAM, "signin.signed_in", f"Signed in (from {ADDRESS})"),
        (ADAM, "signin.confirmed", f"Confirmed again who they are, by password (from {ADDRESS})"),
        (ADAM, "signin.signed_out", f"Signed out (from {ADDRESS})"),
    ]
    with partner_scope(cast.tailwind.pk):
        assert not AuditEntry.objects.filter(action__startswith="signin.").exists()


def test_what_is_nobodys_and_operators_deeds_are_in_the_installations_audit(cast: Cast) -> None:
    try_to_sign_in(Client(), "wrong", "nobody@elsewhere.example")
    try_to_sign_in(Client(), PASSWORD, "olga@operator.example")
    call_command("rotate_keys")
    call_command("operator", "vera@northwind.example")

    entries = list(InstallationEntry.objects.order_by("pk").values_list("actor_name", "action"))
    assert entries == [
        ("nobody", "signin.failed"),
        ("olga@operator.example", "signin.signed_in"),
        ("Command line", "keys.rotated"),
        ("Command line", "operator.made"),
    ]


def test_installations_audit_can_be_added_to_and_never_changed(cast: Cast) -> None:
    try_to_sign_in(Client(), "wrong", "nobody@elsewhere.example")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_installationentry SET text = 'x'")
        changed = cursor.rowcount
        cursor.execute("DELETE FROM core_installationentry")

    assert (changed, cursor.rowcount, InstallationEntry.objects.count()) == (0, 0, 1)


def test_who_is_locked_out_is_told_and_keeps_a_way_in(cast: Cast) -> None:
    own = Client()
    try_to_sign_in(own, PASSWORD)
    own.post("/accounts/logout/")
    attacker = Client()
    for _ in range(7):
        try_to_sign_in(attacker, "wrong")
    elsewhere = try_to_sign_in(Client(), PASSWORD)
    here = try_to_sign_in(own, PASSWORD)

    assert elsewhere.status_code == 200
    assert here.status_code == 302
    assert [letter.subject for letter in letters_to(ADAM)] == ["Too many attempts to sign in - Billing Sync"]
    assert (ADAM, "signin.locked_out", f"Too many attempts to sign in (from {ADDRESS})") in told(cast)


def test_known_browser_of_somebody_else_is_no_way_round_the_limit(cast: Cast) -> None:
    charlie = Client()
    try_to_sign_in(charlie, PASSWORD, "charlie@tailwind.example")
    charlie.post("/accounts/logout/")
    for _ in range(5):
        try_to_sign_in(charlie, "wrong")

    assert try_to_sign_in(charlie, PASSWORD).status_code == 200


@pytest.mark.django_db
def test_challenge_of_a_passkey_leaves_no_session_and_is_limited(redis_url: str) -> None:
    browser, path = Client(), "/accounts/2fa/webauthn/login/"
    answers = [browser.get(path, headers={"X-Requested-With": "XMLHttpRequest"}) for _ in range(12)]

    assert answers[0].json()["request_options"]["publicKey"]["challenge"]
    assert "passkey" in browser.cookies
    assert "sessionid" not in browser.cookies
    assert not Session.objects.exists()
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
