"""Row locks let others refer to the row: else every insert of a partner would wait for its partner's row."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from billingsync.embedded.places import CHECKOUT

APPS = ("accounts", "billingsync", "connections", "core", "customers", "invoices", "notifications", "products",
        "programs", "syncs")  # fmt: skip


def locks() -> Iterator[tuple[str, ast.Call]]:
    for app in APPS:
        for file in (CHECKOUT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "select_for_update":
                    yield f"{file.relative_to(CHECKOUT)}:{node.lineno}", node


def test_no_row_lock_keeps_others_from_referring_to_the_row():
    found = list(locks())

    assert len(found) > 5
    assert [place for place, call in found if "no_key" not in {word.arg for word in call.keywords}] == []
