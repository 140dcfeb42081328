"""Notices in the top bar: what happened, and what of it the reader has not seen."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.utils import timezone

from core.scope import partner_scope
from notifications.models import Notice
from syncs.running.telling import tell_of_run
from tests import factories as make
from tests.portal.cast import Cast, Shop

HTMX = {"hx-request": "true"}


def happen(cast: Cast, shop: Shop, status: str) -> str:
    """A run of Northwind's ends; the path of its page."""
    with partner_scope(cast.northwind.pk):
        run: Any = make.RunFactory(program=shop.program, status=status)
        tell_of_run(run, [])
    return f"/p/northwind/runs/{run.pk}/"


def unseen(client: Client, path: str = "/p/northwind/users/") -> str:
    page = client.get(path).content.decode()
    found = re.search(r'<span class="count">(\d+)<span class="visually-hidden"> not seen', page)
    return found[1] if found else ""


def test_what_happened_is_counted_until_it_was_seen(cast: Cast, shop: Shop) -> None:
    vera, bob = cast.client("vera"), cast.client("bob")
    assert unseen(vera) == ""
    path = happen(cast, shop, "warning")
    happen(cast, shop, "success")
    assert unseen(vera) == "2"

    panel = vera.post("/p/northwind/notices/seen/", headers=HTMX).content.decode()

    assert f'href="{path}"' in panel
    assert panel.count("New") == 2
    assert (unseen(vera), unseen(bob)) == ("", "2")
    assert "New" not in vera.post("/p/northwind/notices/seen/", headers=HTMX).content.decode()


def test_seen_warnings_in_the_inbox_leave_the_count_of_notices_as_it_is(cast: Cast, shop: Shop) -> None:
    happen(cast, shop, "warning")
    with partner_scope(cast.northwind.pk):
        make.FindingFactory(last_run=shop.run, subject="", seen_at=timezone.now())
    vera = cast.client("vera")

    assert "<strong>Seen</strong>" in vera.get("/p/northwind/inbox/").content.decode()
    assert unseen(vera, "/p/northwind/inbox/") == "1"


def test_run_without_a_change_is_no_news(cast: Cast, shop: Shop) -> None:
    happen(cast, shop, "no_change")

    with partner_scope(cast.northwind.pk):
        assert not Notice.objects.exists()
    happen(cast, shop, "success")
    with partner_scope(cast.northwind.pk):
        assert Notice.objects.count() == 1


def test_notices_are_read_and_marked_without_scripts_too(cast: Cast, shop: Shop) -> None:
    vera = cast.client("vera")
    path = happen(cast, shop, "error")

    page = vera.get("/p/northwind/notices/").content.decode()
    back = vera.post("/p/northwind/notices/seen/")

    assert f'href="{path}"' in page
    assert "Mark 1 as seen" in page
    assert back["Location"] == "/p/northwind/notices/"
    assert "as seen" not in vera.get("/p/northwind/notices/").content.decode()


def test_notices_of_another_partner_are_not_shown(cast: Cast, shop: Shop) -> None:
    happen(cast, shop, "error")

    page = cast.client("charlie").get("/p/tailwind/notices/").content.decode()

    assert "No notice yet" in page
    assert "No notice yet" not in cast.client("vera").get("/p/northwind/notices/").content.decode()


def test_fragment_asked_for_after_sign_out_leads_back_to_its_page(cast: Cast) -> None:
    headers = {**HTMX, "hx-current-url": "http://testserver/p/northwind/users/?page=2"}

    response = Client().post("/p/northwind/notices/seen/", headers=headers)

    assert response["HX-Redirect"] == "/accounts/login/?next=%2Fp%2Fnorthwind%2Fusers%2F%3Fpage%3D2"
