"""The rules' own rule: nothing is excused without a reason, and the list of what is excused may only shrink."""

from __future__ import annotations

import pytest

from tests.house.rules import LIST, Breach, assert_kept, exceptions
from tests.house.tree import Source

OLD, NEW = Breach("a.py:3", "a.old", "412 lines"), Breach("b.py:7", "b.new", "505 lines")
LISTED = {"a.old": "the tree is moved first"}


def failure(breaches: list[Breach], *, excused: int) -> str:
    with pytest.raises(pytest.fail.Exception) as failed:
        assert_kept("length", breaches, cure="split it", excused=excused, listed=LISTED)
    return str(failed.value)


def test_what_is_listed_is_excused():
    assert_kept("length", [OLD], cure="split it", excused=1, listed=LISTED)


def test_new_place_is_named_with_its_line_and_cure():
    assert failure([OLD, NEW], excused=1) == "House rule length\n  b.py:7: 505 lines (b.new)\nCure: split it"


def test_what_is_in_order_now_leaves_the_list():
    assert failure([], excused=0) == "House rule length: in order now, so take it off exceptions.toml: a.old"


@pytest.mark.parametrize(("found", "excused"), [(2, 1), (1, 2)])
def test_number_of_excused_places_is_the_one_in_the_test(found, excused):
    said = failure([OLD] * found, excused=excused)

    assert said.splitlines()[0] == f"House rule length: {found} places are excused, and the test says {excused}"


def test_name_of_a_place_moves_with_the_code():
    source = Source("shop/till.py", "class Till:\n    def open(self):\n        return 1\n")

    assert Breach.at(source, source.tree.body[0].body[0].body[0], "a number").name == "till.Till.open"


def test_every_list_belongs_to_a_rule_and_gives_reasons():
    rules = "".join(file.read_text() for file in LIST.parent.glob("test_*.py"))

    assert [rule for rule in exceptions() if f'"{rule}"' not in rules] == []
    assert [name for listed in exceptions().values() for name, reason in listed.items() if len(reason) < 10] == []
