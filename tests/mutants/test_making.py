"""Mutants: which there are, which are left out, and by what they are known."""

from __future__ import annotations

import ast

import pytest

from tests.mutants import scope
from tests.mutants.making import lines_around, mutants_of


def changes(source: str) -> list[str]:
    """What the mutants of a module change."""
    return [mutant.change for mutant in mutants_of("money/shop.py", source)]


def test_each_mutant_is_one_change_of_the_module():
    source = "def over(value, limit):\n    return value > limit\n"

    (mutant,) = mutants_of("money/shop.py", source)

    assert mutant.put_into(source) == "def over(value, limit):\n    return value >= limit\n"
    assert (mutant.function, mutant.line) == ("over", 2)
    assert mutant.key == "money/shop.py:over: return value > limit => return value >= limit"


def test_properties_methods_and_tables_have_mutants():
    source = (
        "LEAST = 10\n"
        "class Purse:\n"
        "    rows: int = 0\n"
        "    @property\n"
        "    def empty(self, by=3):\n"
        "        def inner():\n"
        "            return not self.coins\n"
        "        return inner()\n"
    )

    found = {(mutant.function, mutant.change) for mutant in mutants_of("money/shop.py", source)}

    assert found >= {
        ("", "LEAST = 10 => LEAST = 11"),
        ("", "rows: int = 0 => rows: int = 1"),
        ("", "def empty(self, by=3): => def empty(self, by=4):"),
        ("Purse.empty", "return not self.coins => return self.coins"),
    }


def test_what_no_test_should_see_has_no_mutants():
    source = (
        '"""A shop."""\n'
        "from typing import TYPE_CHECKING\n"
        "__all__ = ['sell']\n"
        "if TYPE_CHECKING:\n"
        "    LEAST = 3\n"
        "logger = logging.getLogger('shop')\n"
        "@dataclass(frozen=True, slots=True)\n"
        "class Shop:\n"
        "    'A shop of rows.'\n"
        "    rows: Literal['a', 'b']\n"
        "def sell(what: Literal[1, 2]) -> Literal['sold']:\n"
        "    'Sell.'\n"
        "    logger.info('sold %s', what, extra={'of': 3})\n"
        "    return len(what)\n"
    )

    assert changes(source) == []
    assert changes(f"{source}    return 1\n") == ["return 1 => return 2"]


def test_a_text_has_one_mutant():
    assert changes('WORDS = f("a word")\n') == [
        'WORDS = f("a word") => WORDS = None',
        'WORDS = f("a word") => WORDS = f(None)',
        'WORDS = f("a word") => WORDS = f("XXa wordXX")',
    ]


def test_a_key_stays_where_lines_move():
    source = "def over(value, limit):\n    return value > limit\n"
    moved = f"import os\n\n\n{source}"

    (mutant,), (later,) = mutants_of("money/shop.py", source), mutants_of("money/shop.py", moved)

    assert (later.line, later.key) == (mutant.line + 3, mutant.key)


def test_the_same_change_twice_has_two_keys():
    source = "def over(value, limit):\n    if value > limit:\n        pass\n    if value > limit:\n        pass\n"

    first, second = mutants_of("money/shop.py", source)

    assert second.key == f"{first.key} (no. 2)"


def test_a_change_over_several_lines_is_told_in_one():
    source = "def total(rows):\n    return sum(\n        (row.cost for row in rows),\n        0,\n    )\n"

    assert changes(source) == [
        "return sum( (row.cost for row in rows), 0, ) => return sum( None, 0, )",
        "… sum( (row.cost for row in rows), 0, ) => … sum( (row.cost for row in rows), None, )",
        "return sum( (row.cost for row in rows), 0, ) => return sum( 0, )",
        "… sum( (row.cost for row in rows), 0, ) => … sum( (row.cost for row in rows), )",
        "0, => 1,",
    ]


def test_every_mutant_of_a_real_module_can_be_read():
    mutants = scope.all_of(["money/periods.py", "money/words.py"])

    texts = {source.path: source.text for source in scope.tree.product()}
    read = [ast.dump(ast.parse(one.put_into(texts[one.path]))) for one in mutants]
    assert len(read) > 50
    assert not {ast.dump(ast.parse(texts[one.path])) for one in mutants} & set(read)
    assert len({mutant.key for mutant in mutants}) == len(mutants)


def test_the_same_seed_draws_the_same():
    mutants = scope.all_of(["money/text.py", "syncs/proving/billed.py"])

    drawn = scope.draw(mutants, 5, seed=3)

    assert drawn == scope.draw(mutants, 5, seed=3)
    assert drawn != scope.draw(mutants, 5, seed=4)
    of_money = [mutant for mutant in mutants if mutant.path == "money/text.py"]
    assert drawn[:-5] == of_money
    assert {mutant.path for mutant in drawn[-5:]} == {"syncs/proving/billed.py"}


def test_every_module_that_is_drawn_from_has_tests(checkout):
    paths = {one.path for one in scope.tree.product() if one.path.startswith(scope.DRAWN) and one.name != one.top}
    with_code = {one.path for one in scope.tree.product() if one.path in paths and not one.path.endswith("__init__.py")}

    assert set(scope.DRAWN_TESTS) == with_code
    missing = [test for path in with_code for test in scope.tests_of(path) if not (checkout / test).exists()]
    assert missing == []


LINES = """
LEAST = 1
def count(values):
    total = (
        0
    )
    for value in sorted(
        values
    ):
        if value > 1:
            total += 1
        elif value:
            total += 2
    try:
        return total
    except ValueError:
        return 0
"""


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        (1, [1]),
        (2, [2]),
        (3, list(range(3, 18))),
        (5, [4, 5, 6]),
        (8, [7, 8, 9]),
        (10, [10]),
        (11, [11]),
        (12, [12]),
        (15, [15]),
        (16, [14]),
        (17, [17]),
    ],
)
def test_lines_of_a_change_are_those_of_its_statement(line: int, lines: list[int]) -> None:
    assert list(lines_around(ast.parse(LINES), line)) == lines
