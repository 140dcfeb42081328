"""Every message has an explanation, and every explanation belongs to a message."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain

from devservers.places import CHECKOUT
from money.enums import HoldCode
from money.month.waiting import Wait
from money.notes import NO_PRODUCT
from portal.help.chapters import chapters
from tests.portal.cast import Cast, Shop

PLACE_OF_CODE = {"Note": 1, "_template_note": 1, "Hold": 0, "month_question": 0}
# Codes that are passed on by name.
ELSEWHERE = {
    *map(str, set(Wait) - {Wait.PAUSED}),
    NO_PRODUCT,
    "template_gone",
    "template_moved",
    "customer_gone",
    "currency",
    "changed_since",
    "import",
}


def written_code(node: ast.expr) -> Iterator[str]:
    """The code that an argument is, unless it is passed on by name."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == HoldCode.__name__:
        yield HoldCode[node.attr].value


def codes_in_the_program() -> Iterator[str]:
    for file in chain((CHECKOUT / "money").rglob("*.py"), (CHECKOUT / "syncs").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (place := PLACE_OF_CODE.get(getattr(node.func, "id", ""))) is not None:
                yield from written_code(node.args[place])


def test_every_code_is_explained_and_nothing_else() -> None:
    explained = [entry.code for chapter in chapters("Syncro") for entry in chapter.entries]

    assert set(codes_in_the_program()) | ELSEWHERE == set(explained)
    assert len(set(explained)) == len(explained)


def test_inbox_leads_to_the_explanation(cast: Cast, shop: Shop) -> None:
    client = cast.client("vera")

    inbox = client.get("/p/northwind/inbox/").content.decode()
    page = client.get("/p/northwind/messages-explained/").content.decode()

    assert f'/p/northwind/messages-explained/#{shop.credit.code}"' in inbox
    assert f'id="{shop.credit.code}"' in page
    assert "A line that Syncro counts" in page


def test_explanations_speak_of_the_partner_s_target() -> None:
    told = str(chapters("Sample"))

    assert "A line that Sample counts" in told
    assert "{" not in told
    assert "Syncro" not in told
