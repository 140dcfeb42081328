"""E-mails about one's own sign-in: in the portal's look, in words that say what to do."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.core import mail
from django.test import Client

from accounts.services import create_user
from notifications.tasks import deliver_due
from portal.emails.account_letters import find_letter

FACTS: dict[str, Any] = {
    "email": "kim@northwind.example",
    "user": "Kim",
    "password_reset_url": "https://billing.example.com/reset/",
    "activate_url": "https://billing.example.com/confirm/",
    "timestamp": dt.datetime(2026, 10, 5, 12, 0, tzinfo=dt.UTC),
    "ip": "192.0.2.7",
    "user_agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/132.0",
    "from_email": "old@northwind.example",
    "to_email": "kim@northwind.example",
    "deleted_email": "old@northwind.example",
    "provider": "Contoso sign-in",
}
# By codes instead of links, which are not switched on.
NOT_SENT = {"account/email/login_code", "account/email/password_reset_code"}


def names_of_all() -> set[str]:
    folder = Path(allauth.__file__).parent / "templates"
    found = {str(path.relative_to(folder)).removesuffix("_subject.txt") for path in folder.rglob("*_subject.txt")}
    return found - NOT_SENT


def sent_mails() -> list[Any]:
    """Once a worker has sent what waits."""
    deliver_due()
    return list(mail.outbox)


@pytest.mark.parametrize("name", sorted(names_of_all()))
def test_every_email_of_the_sign_in_has_a_letter(name: str) -> None:
    letter = find_letter(name, FACTS)

    assert letter is not None
    assert "Billing Sync" in letter.subject
    assert "{" not in letter.subject + letter.lead


def test_unknown_name_has_no_letter() -> None:
    assert find_letter("account/email/login_code", FACTS) is None


@pytest.mark.django_db
def test_forgotten_password_is_reset_by_the_link_of_the_email() -> None:
    create_user(email="kim@northwind.example", password="correct horse battery staple")
    client = Client()
    client.post("/accounts/password/reset/", {"email": "kim@northwind.example"})
    sent = sent_mails()[0]
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(sent.body))
    assert link
    form = client.get(link[1], follow=True)
    changed = {"password1": "a new horse battery staple", "password2": "a new horse battery staple"}

    client.post(form.redirect_chain[-1][0], changed)

    assert sent.subject == "Set a new password for Billing Sync"
    assert link[1] in sent.alternatives[0][0]
    assert ">Billing Sync<" in sent.alternatives[0][0]
    assert [each.subject for each in sent_mails()[1:]] == ["Your password was set anew - Billing Sync"]
    login = {"login": "kim@northwind.example", "password": "a new horse battery staple"}
    assert Client().post("/accounts/login/", login)["Location"] == "/"


@pytest.mark.django_db
def test_changed_address_is_confirmed_by_the_link_of_the_email() -> None:
    user = create_user(email="kim@northwind.example", password="correct horse battery staple")
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": "correct horse battery staple"})

    client.post("/accounts/reauthenticate/", {"password": "correct horse battery staple"})
    client.post("/accounts/email/", {"email": "kim@new.example", "action_add": ""})
    link = re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", str(sent_mails()[0].body))
    assert link
    page = client.get(link[1]).content.decode()
    client.post(link[1])

    user.refresh_from_db()
    assert user.email == "kim@new.example"
    assert "Confirm" in page
    told = {tuple(each.to): each.subject for each in sent_mails()[1:]}
    assert told[("kim@northwind.example",)] == "Your address was changed - Billing Sync"


@pytest.mark.django_db
def test_links_lead_to_the_public_address_whatever_host_was_asked(settings) -> None:
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["*"], "https://billing.example.com"
    user = create_user(email="kim@northwind.example", password="correct horse battery staple")
    client = Client(headers={"Host": "attack.example"})
    client.force_login(user)

    client.post("/accounts/password/reset/", {"email": user.email})
    client.post("/accounts/reauthenticate/", {"password": "correct horse battery staple"})
    client.post("/accounts/email/", {"email": "kim@new.example", "action_add": ""})
    client.post("/accounts/password/reset/", {"email": "nobody@northwind.example"})

    written = [str(each.body) + str(each.alternatives[0][0]) for each in sent_mails()]
    assert ["attack.example" in text for text in written] == [False] * 3
    assert "https://billing.example.com/accounts/password/reset/key/" in written[0]
    assert "https://billing.example.com/accounts/confirm-email/" in written[1]


@pytest.mark.django_db
def test_address_without_an_account_is_told_so() -> None:
    Client().post("/accounts/password/reset/", {"email": "nobody@northwind.example"})

    assert sent_mails()[0].subject == "There is no account for this address at Billing Sync"
