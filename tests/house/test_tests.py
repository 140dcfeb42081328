"""Tests: each can fail, none sleeps, skips or mocks what is ours."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tests.house import tree
from tests.house.rules import Breach, assert_kept, in_each
from tests.house.tree import Function, Source, called

# Of pytest, of Playwright, and of tables that are compared, where a text that proves nothing is an error.
ASSERTING = {"raises", "warns", "fail", "expect", "prove"}
LONGEST_SLEEP = {"sleep": 0.1, "wait_for_timeout": 100}  # seconds, milliseconds
LEFT_OUT = {"skip", "skipif", "xfail", "importorskip"}


def vain_tests(sources: Sequence[Source]) -> Iterator[Breach]:
    """Tests that assert nothing, nor call one of the tests' own functions that does and answers nothing."""
    judges = {name for name, found in support_functions(sources).items() if all(map(judges_alone, found))}
    for source in sources:
        for function in source.functions if source.name.startswith("test_") else []:
            if function.name.startswith("test_") and not asserts(function) and not judges & calls_in(function):
                yield Breach.at(source, function, f"{function.name} asserts nothing")


def support_functions(sources: Iterable[Source]) -> Mapping[str, list[Function]]:
    found: dict[str, list[Function]] = defaultdict(list)
    for source in sources:
        for function in source.functions:
            if not function.name.startswith("test_"):
                found[function.name].append(function)
    return found


def judges_alone(function: Function) -> bool:
    """A function that asserts on its way to an answer is there for the answer."""
    answers = (
        isinstance(node, ast.Yield) or (isinstance(node, ast.Return) and node.value) for node in ast.walk(function)
    )
    return asserts(function) and not any(answers)


def asserts(function: Function) -> bool:
    return any(isinstance(node, ast.Assert) for node in ast.walk(function)) or any(
        name in ASSERTING or name.startswith("assert_") for name in calls_in(function)
    )


def calls_in(function: Function) -> set[str]:
    return {called(node) for node in ast.walk(function) if isinstance(node, ast.Call)}


def long_sleeps(source: Source) -> Iterator[Breach]:
    """Longer than a blink, or of a length that is not written there."""
    for call in source.nodes(ast.Call):
        longest = LONGEST_SLEEP.get(called(call))
        if longest is not None and call.args and not is_short(call.args[0], longest):
            yield Breach.at(source, call, ast.unparse(call))


def is_short(argument: ast.expr, longest: float) -> bool:
    value = argument.value if isinstance(argument, ast.Constant) else None
    return isinstance(value, int | float) and value <= longest


def left_out(source: Source) -> Iterator[Breach]:
    for node in source.nodes(ast.Attribute):
        if node.attr in LEFT_OUT and ast.unparse(node.value) in {"pytest", "pytest.mark"}:
            yield Breach.at(source, node, ast.unparse(node))


def mocks(source: Source) -> Iterator[Breach]:
    for node in [*source.nodes(ast.Import), *source.nodes(ast.ImportFrom)]:
        if "mock" in ast.unparse(node):
            yield Breach.at(source, node, ast.unparse(node))


def test_every_test_asserts_something():
    cure = "say what must be so afterwards; where an error is all that could happen, assert what there is without it"
    assert_kept("vain-tests", vain_tests(tree.tests()), cure=cure)


def test_no_test_sleeps():
    cure = "wait for what is to happen, with an end (expect, wait_until), or set the clock (time-machine)"
    assert_kept("sleeps", in_each(tree.tests(), long_sleeps), cure=cure, excused=7)


def test_no_test_is_left_out():
    cure = "make it pass, or delete it; a marker that deselects says in the header what was left out"
    assert_kept("left-out", in_each(tree.tests(), left_out), cure=cure, excused=1)


def test_nothing_of_ours_is_mocked():
    assert_kept(
        "mocks", in_each(tree.tests(), mocks), cure="fake HTTP at the wire (responses) or run against the sandbox"
    )


def test_vain_test_is_found():
    support = Source("tests/right.py", "def right(a):\n    assert a\ndef opened(a):\n    assert a\n    return a\n")
    text = (
        "def test_asserts():\n    assert 1\n"
        "def test_raises():\n    with pytest.raises(ValueError):\n        go()\n"
        "def test_asks():\n    right(1)\n"
        "def test_opens():\n    opened(1)\n"
        "def test_goes():\n    go()\n"
    )

    assert [one.name for one in vain_tests([support, Source("tests/test_a.py", text)])] == [
        "test_a.test_opens",
        "test_a.test_goes",
    ]


def test_sleep_is_found():
    text = "time.sleep(0.1)\nsleep(0.2)\ntime.sleep(delay)\npage.wait_for_timeout(400)\npage.wait_for_timeout(50)\n"

    assert [one.place for one in long_sleeps(Source("a.py", text))] == ["a.py:2", "a.py:3", "a.py:4"]


def test_what_is_left_out_is_found():
    text = "pytestmark = [pytest.mark.skip, pytest.mark.xfail()]\ndef test_a():\n    pytest.skip('no')\n"

    assert sorted(one.place for one in left_out(Source("a.py", text))) == ["a.py:1", "a.py:1", "a.py:3"]


def test_mock_is_found():
    text = "from unittest import mock\nfrom unittest.mock import patch\nimport pytest_mock\nimport responses\n"

    assert sorted(one.place for one in mocks(Source("a.py", text))) == ["a.py:1", "a.py:2", "a.py:3"]
