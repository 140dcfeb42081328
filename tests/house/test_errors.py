"""Errors: none is swallowed, for what nobody hears of is lost."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.rules import Breach, assert_kept, in_each
from tests.house.tree import Source, called, python

ANY = {"", "Exception", "BaseException"}


def swallowed(source: Source) -> Iterator[Breach]:
    """Every error caught, and neither raised, logged nor handed on."""
    for handler in source.nodes(ast.ExceptHandler):
        if catches_any(handler.type) and not any(map(tells, handler.body)):
            yield Breach.at(source, handler, "catches every error and tells nobody")
    for call in source.nodes(ast.Call):
        if called(call) == "suppress" and any(map(catches_any, call.args)):
            yield Breach.at(source, call, "suppresses every error")


def catches_any(caught: ast.expr | None) -> bool:
    many = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any((ast.unparse(one) if one else "") in ANY for one in many)


def tells(statement: ast.stmt) -> bool:
    return any(
        isinstance(node, ast.Raise)
        or (isinstance(node, ast.Call) and called(node) in {"exception", "error", "critical", "warning"})
        for node in ast.walk(statement)
    )


def test_no_error_is_swallowed():
    cure = "catch the errors that you can do something about; let the others through, or log and raise them"
    assert_kept("swallowed-errors", in_each(python(), swallowed), cure=cure)


def test_swallowed_error_is_found():
    text = (
        "try:\n    go()\nexcept Exception:\n    pass\n"
        "try:\n    go()\nexcept (OSError, BaseException):\n    done = False\n"
        "try:\n    go()\nexcept:\n    undo()\n    raise\n"
        "try:\n    go()\nexcept OSError:\n    pass\n"
        "with contextlib.suppress(Exception):\n    go()\n"
    )

    assert [one.place for one in swallowed(Source("a.py", text))] == ["a.py:3", "a.py:7", "a.py:18"]
