"""Money is ``Decimal``: a float has no place near it, and a vendor's numbers never become one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.rules import Breach, assert_kept, in_each
from tests.house.tree import Source, called, product


def knows_decimal(source: Source) -> bool:
    """Whether a module deals with exact numbers: it imports them, or what our own money is made of."""
    modules = {node.module for node in source.nodes(ast.ImportFrom)}
    return bool(modules & {"decimal", "money.words"})


def floats(source: Source) -> Iterator[Breach]:
    """Beside ``Decimal`` any float, be it a literal, a type or a conversion; elsewhere what makes one."""
    if not knows_decimal(source):
        return (Breach.at(source, call, ast.unparse(call)) for call in source.nodes(ast.Call) if is_float(call.func))
    nodes = [*source.nodes(ast.Constant), *source.nodes(ast.Name)]
    return (Breach.at(source, node, ast.unparse(node)) for node in nodes if is_float(node))


def is_float(node: ast.expr) -> bool:
    """A number with a point, or the name of the type."""
    return isinstance(getattr(node, "value", None), float) or (isinstance(node, ast.Name) and node.id == "float")


def inexact_parsing(source: Source) -> Iterator[Breach]:
    """JSON that may hold amounts, read without ``parse_float``."""
    if source.top == "connectors" or knows_decimal(source):
        for call in source.nodes(ast.Call):
            if is_parsing(call) and "parse_float" not in {word.arg for word in call.keywords}:
                yield Breach.at(source, call, ast.unparse(call))


def is_parsing(call: ast.Call) -> bool:
    """By the library, or by what has got a response."""
    return ast.unparse(call.func) in {"json.load", "json.loads"} or (called(call) == "json" and not call.args)


def test_no_float_is_near_money():
    cure = "money, quantities and ratios are Decimal; where it is seconds, keep it in a module that knows no money"
    assert_kept("floats", in_each(product(), floats), cure=cure, excused=9)


def test_numbers_of_vendors_are_read_exactly():
    cure = "json.loads(..., parse_float=Decimal), as connectors/wire.py does"
    assert_kept("inexact-json", in_each(product(), inexact_parsing), cure=cure, excused=1)


def test_float_is_found():
    money = Source("a.py", "from decimal import Decimal\ndef price(amount: float):\n    return amount * 0.5 + 1\n")
    other = Source("b.py", 'def pause(seconds: float):\n    return seconds * 0.5 + float("1")\n')

    assert [(one.place, one.name) for one in in_each([money, other], floats)] == [
        ("a.py:3", "a.price"),
        ("a.py:2", "a.price"),
        ("b.py:2", "b.pause"),
    ]


def test_inexact_parsing_is_found():
    text = "import json\njson.loads(body)\njson.loads(body, parse_float=Decimal)\nresponse.json()\n"
    found = in_each([Source("connectors/a.py", text), Source("accounts/b.py", text)], inexact_parsing)

    assert [one.place for one in found] == ["connectors/a.py:2", "connectors/a.py:4"]
