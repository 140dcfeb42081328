"""Complexity: complexipy keeps a list of the functions above its limit, which it shortens by itself; here it counts."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.house.rules import Breach, assert_kept
from tests.house.tree import texts


def complex_functions(listed: str) -> Iterator[Breach]:
    for file in json.loads(listed):
        for function in file["functions"]:
            yield Breach(file["path"], file["path"], f"{function['name']} has {function['complexity']}")


def test_list_of_complex_functions_only_shrinks():
    listed = next(source.text for source in texts() if source.path == "complexipy-snapshot.json")
    cure = "make it simpler and take it off complexipy-snapshot.json; make lint says what is above the limit"
    assert_kept("complexity", complex_functions(listed), cure=cure, excused=7)


def test_complex_function_is_found():
    listed = '[{"path": "a/b.py", "file_name": "b.py", "functions": [{"name": "c", "complexity": 20}]}]'

    assert [(one.place, one.what) for one in complex_functions(listed)] == [("a/b.py", "c has 20")]
