"""What a signed-in person sees is kept by no browser and no proxy: the next one at that machine sees nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.portal.cast import Cast, Shop

KEPT_NOWHERE = "no-store, private"


@pytest.mark.parametrize(
    "path", ["/p/northwind/", "/p/northwind/inbox/", "/p/northwind/none/", "/p/tailwind/", "/none"]
)
def test_page_of_a_signed_in_person_is_kept_nowhere(cast: Cast, shop: Shop, path: str) -> None:
    assert cast.client("bob").get(path).headers["Cache-Control"] == KEPT_NOWHERE


def test_part_of_a_page_is_kept_nowhere(cast: Cast, shop: Shop) -> None:
    part = {"HX-Request": "true", "HX-Target": "inbox"}
    assert cast.client("bob").get("/p/northwind/inbox/", headers=part).headers["Cache-Control"] == KEPT_NOWHERE


def test_file_is_kept_nowhere(cast: Cast, shop: Shop) -> None:
    answer = cast.client("bob").get(f"/p/northwind/programs/{shop.program.pk}/billing/mappings.csv")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, KEPT_NOWHERE)


def test_answer_to_a_form_is_kept_nowhere(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob", enforce_csrf_checks=True)
    assert bob.post("/p/northwind/inbox/decide/").headers["Cache-Control"] == KEPT_NOWHERE


def test_what_says_so_itself_is_left_as_it_is(cast: Cast) -> None:
    assert "no-cache" in cast.client("bob").get("/accounts/login/").headers["Cache-Control"]


def test_files_of_the_portal_itself_are_kept(cast: Cast) -> None:
    answer = cast.client("bob").get("/static/js/portal.js")
    answer.close()
    assert (answer.status_code, "no-store" in answer.headers["Cache-Control"]) == (200, False)


def test_page_of_nobody_may_be_kept(db: None) -> None:
    assert "Cache-Control" not in Client().get("/p/northwind/").headers
