"""People who do all they do through pages and letters, as strangers must."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

from django.core import mail
from django.db import connection
from django.test import Client

from accounts.models import Partner
from notifications.tasks import deliver_due
from tests.portal.cast import Cast

WORDS = "correct horse battery staple"


@dataclass
class Person:
    """Somebody with a browser and a password."""

    address: str
    password: str = WORDS
    browser: Client = field(default_factory=Client)

    def sign_in(self, address: str = "") -> Any:
        """In a browser of its own, which it stays in."""
        self.browser = Client()
        return self.browser.post("/accounts/login/", {"login": address or self.address, "password": self.password})

    def join(self, link: str) -> Any:
        """Accept as a new person."""
        form = {"name": "", "password": self.password, "repeated": self.password}
        return self.browser.post(link, form | {"name": self.address.partition("@")[0]})

    def enter(self, link: str) -> None:
        """Do as the page of an invitation says: join, or get hold of one's account and accept."""
        if "has an account already" not in self.browser.get(link).content.decode():
            self.join(link)
            return
        self.password = f"{WORDS} of my own"
        set_forgotten_password(self.address, self.password)
        self.sign_in()
        self.browser.post(link)

    def add_address(self, address: str) -> Any:
        self.browser.post("/accounts/reauthenticate/", {"password": self.password})
        return self.browser.post("/accounts/email/", {"email": address, "action_add": ""})

    def make_primary(self, address: str) -> Any:
        return self.browser.post("/accounts/email/", {"email": address, "action_primary": ""})


def invite(cast: Cast, inviter: str, partner: Partner, email: str, role: str) -> str:
    """Have a member invite somebody; returns the link of the e-mail."""
    cast.sure(inviter).post(f"/p/{partner.slug}/users/invite/", {"email": email, "role": role})
    return link_in(str(letters_to(email)[-1].body), "/invitations/")


def letters_to(address: str) -> list[Any]:
    """Letters that this address got, newest last, once a worker has sent what waits."""
    deliver_due()
    return [letter for letter in mail.outbox if letter.to == [address]]


def link_in(text: str, beginning: str) -> str:
    """The path of the link in a letter that begins like this; empty where there is none."""
    found = re.search(rf"https?://[^/\s]+({re.escape(beginning)}\S+)", text)
    return found[1] if found else ""


def set_forgotten_password(address: str, password: str) -> bool:
    """Ask for a link there and follow it, as whoever reads that mailbox can. False: no link came."""
    Client().post("/accounts/password/reset/", {"email": address})
    link = link_in(str(letters_to(address)[-1].body), "/accounts/password/reset/key/")
    if not link:
        return False
    browser = Client()
    form = browser.get(link, follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": password, "password2": password})
    return True


def wait_for_blocked(count: int) -> None:
    """Until so many others wait for a lock, of this transaction or behind one that does."""
    waiting = """
        WITH RECURSIVE blocked AS (
            SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
            UNION SELECT l.pid FROM pg_locks l JOIN blocked b ON NOT l.granted AND b.pid = ANY(pg_blocking_pids(l.pid))
        ) SELECT count(*) FROM blocked
    """
    for _ in range(400):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0] >= count:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")
