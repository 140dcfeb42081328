"""Judging: what must be killed is, what nobody could notice survives, and the list of accepted ones is held to it."""

from __future__ import annotations

import shutil
import time
import tomllib
from pathlib import Path

import pytest

from tests.mutants import scope, telling, verdicts
from tests.mutants.lanes import Lane
from tests.mutants.making import Mutant, mutants_of
from tests.mutants.verdicts import Judged, Verdict, keep

SHOP = """
from functools import cache

LEAST = 10

def over(value):
    return value > LEAST

def size(value):
    return abs(-value)

def countdown(value):
    while value > 0:
        value -= 1
    return value

def table():
    return [2, 3]

def double(value):
    return value + value

@cache
def triple(value):
    return value * 3

def idle():
    return 7

class Purse:
    def __init__(self, coins):
        self.coins = coins

    @property
    def empty(self):
        return not self.coins
"""
TESTS = """
import pytest
from money.shop import LEAST, Purse, countdown, double, over, size, table, triple

@pytest.mark.parametrize("each", table())
def test_table(each):
    assert each in {2, 3}

def test_limit():
    assert LEAST == 10
    assert [over(10), over(11)] == [False, True]

def test_size():
    assert size(3) == 3

def test_countdown():
    assert countdown(2) == 0

def test_purse():
    assert Purse([]).empty

def test_double_of_nothing():
    assert double(0) == 0

def test_double_of_very_many():
    assert [double(each) for each in range(999_999)][1] == 2

def test_triple_is_something():
    assert triple(2)

def test_triple_is_right():
    assert triple(2) == 6
"""


@pytest.fixture
def lane(tmp_path, checkout) -> Lane:
    """A checkout of one module and its tests."""
    folder = tmp_path / "lane"
    for path in ("tests/mutants", "tests/house/tree.py", "tests/house/rules.py", "devservers/places.py"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (checkout / path).is_dir() else shutil.copy
        copy(checkout / path, folder / path)
    for path in ("money", "tests/money", "tests/bookkeeping", "tests/replay"):
        (folder / path).mkdir(parents=True)
    for name in ("bookkeeping", "replay"):
        (folder / f"tests/{name}/test_{name}.py").write_text("def test_nothing():\n    assert True\n")
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\naddopts = --import-mode=importlib\n")
    (folder / "money/shop.py").write_text(SHOP)
    (folder / "tests/money/test_shop.py").write_text(TESTS)
    return Lane(folder, tmp_path / "results.jsonl", time.time() + 600, patience=1)


def of_shop(*changes: str) -> list[Mutant]:
    """The mutants of the shop that change so."""
    found = {mutant.change: mutant for mutant in mutants_of("money/shop.py", SHOP)}
    return [found[change] for change in changes]


def judged(lane: Lane, *changes: str) -> dict[str, str]:
    """What a lane makes of them, by change."""
    mutants = of_shop(*changes)
    lane.judge(mutants)
    found = verdicts.read(lane.results)
    return {mutant.change: found[mutant.key].verdict for mutant in mutants if mutant.key in found}


def test_what_must_be_killed_is_and_what_is_the_same_survives(lane):
    assert judged(
        lane,
        "return value > LEAST => return value >= LEAST",
        "return not self.coins => return self.coins",
        "return abs(-value) => return abs(+value)",
        "return 7 => return 8",
        "value -= 1 => value = 1",
    ) == {
        "return value > LEAST => return value >= LEAST": Verdict.KILLED,
        "return not self.coins => return self.coins": Verdict.KILLED,
        "return abs(-value) => return abs(+value)": Verdict.SURVIVED,
        "return 7 => return 8": Verdict.SURVIVED,
        "value -= 1 => value = 1": Verdict.TIMED_OUT,
    }
    assert {one.tests for one in verdicts.read(lane.results).values()} == {0, 1}


def test_test_that_would_find_an_answer_in_a_cache_is_asked_all_the_same(lane):
    assert judged(lane, "return value * 3 => return value * 4") == {
        "return value * 3 => return value * 4": Verdict.KILLED
    }
    (found,) = verdicts.read(lane.results).values()
    assert found.tests == 2


def test_what_runs_on_import_or_while_tests_are_collected_gets_a_process_of_its_own(lane):
    assert judged(
        lane, "LEAST = 10 => LEAST = 11", "return [2, 3] => return [3, 3]", "return [2, 3] => return [2, 4]"
    ) == {
        "LEAST = 10 => LEAST = 11": Verdict.KILLED,
        "return [2, 3] => return [3, 3]": Verdict.SURVIVED,
        "return [2, 3] => return [2, 4]": Verdict.KILLED,
    }
    assert (lane.folder / "money/shop.py").read_text() == SHOP


def test_tests_that_do_not_run_the_changed_lines_are_not_asked(lane):
    change = "value -= 1 => value = 1"
    tests = f"{TESTS}\ndef test_nothing_to_count():\n    assert countdown(0) == 0\n"
    (lane.folder / "tests/money/test_shop.py").write_text(tests)

    assert judged(lane, change, "while value > 0: => while value >= 0:") == {
        change: Verdict.TIMED_OUT,
        "while value > 0: => while value >= 0:": Verdict.KILLED,
    }
    assert sorted(one.tests for one in verdicts.read(lane.results).values()) == [1, 2]


def test_slow_tests_are_asked_only_where_survivors_are_judged_once_more(lane):
    lane.enough = 0
    change = "return value + value => return value - value"

    assert judged(lane, change) == {change: Verdict.SURVIVED}
    (quickly,) = verdicts.read(lane.results).values()
    assert (quickly.tests, quickly.left) == (1, 1)

    lane.enough = None
    assert judged(lane, change) == {change: Verdict.KILLED}
    (thoroughly,) = verdicts.read(lane.results).values()
    assert (thoroughly.tests, thoroughly.left) == (2, 0)


def test_tests_that_fail_without_any_mutant_judge_nothing(lane):
    (lane.folder / "tests/money/test_shop.py").write_text(f"{TESTS}\ndef test_wrong():\n    assert over(1)\n")

    with pytest.raises(RuntimeError, match=r"tests/money/test_shop\.py::test_wrong"):
        judged(lane, "return value > LEAST => return value >= LEAST")

    assert verdicts.read(lane.results) == {}


def test_nothing_begins_after_the_time_is_up(lane):
    lane.deadline = time.time()

    assert judged(lane, "return value > LEAST => return value >= LEAST", "LEAST = 10 => LEAST = 11") == {}


def test_a_line_that_was_broken_off_is_no_verdict(tmp_path: Path):
    file = tmp_path / "results.jsonl"
    keep(file, Judged("a", Verdict.UNFIT, 0.1))
    keep(file, Judged("a", Verdict.KILLED, 0.2, 3))
    with file.open("a") as lines:
        lines.write('{"key": "b", "verd')

    assert verdicts.read(file) == {"a": Judged("a", Verdict.KILLED, 0.2, 3)}


def test_survivors_need_a_reason_and_reasons_a_survivor():
    over, empty, idle, size = mutants = of_shop(
        "return value > LEAST => return value >= LEAST",
        "return not self.coins => return self.coins",
        "return 7 => return 8",
        "return abs(-value) => return abs(+value)",
    )
    found = {
        over.key: Judged(over.key, Verdict.KILLED, 1),
        empty.key: Judged(empty.key, Verdict.SURVIVED, 1),
        idle.key: Judged(idle.key, Verdict.SURVIVED, 1, tests=0),
        size.key: Judged(size.key, Verdict.SURVIVED, 1),
    }

    said = telling.complaints(mutants, found, {size.key: "the same number", over.key: "?"})

    assert said == [
        f'money/shop.py:{empty.line} survives: "{empty.key}"',
        f'money/shop.py:{idle.line} survives, no test calls it: "{idle.key}"',
        f'accepted, and killed now, so take it off accepted.toml: "{over.key}"',
    ]
    assert telling.complaints(mutants, {}, {}) == []


def test_a_survivor_can_be_pasted_into_the_list():
    (text,) = mutants_of("money/shop.py", 'def name():\n    return "a\\n"\n')

    (said,) = telling.complaints([text], {text.key: Judged(text.key, Verdict.SURVIVED, 1)}, {})

    assert tomllib.loads(f'{said.partition("survives: ")[2]} = "why"') == {text.key: "why"}


def test_the_table_counts_each_module_and_all():
    mutants = of_shop(
        "return value > LEAST => return value >= LEAST", "return 7 => return 8", "LEAST = 10 => LEAST = 11"
    )
    found = {
        mutants[0].key: Judged(mutants[0].key, Verdict.KILLED, 1),
        mutants[1].key: Judged(mutants[1].key, Verdict.SURVIVED, 1),
        mutants[2].key: Judged(mutants[2].key, Verdict.UNFIT, 1),
    }

    rows = [" ".join(row.split()) for row in telling.table(mutants, found)]

    assert rows == [
        "module mutants killed survived timed out to do noticed",
        "money/shop.py 3 1 1 0 1 50.0 %",
        "money, all 3 1 1 0 1 50.0 %",
    ]


def test_every_accepted_mutant_is_one_of_the_code():
    known = telling.accepted()
    paths = {key.partition(":")[0] for key in known}

    assert telling.gone(scope.all_of(sorted(paths)) if paths else [], known) == []
    assert telling.gone(of_shop("return 7 => return 8"), {"money/shop.py:gone: a => b": "?"}) == [
        "money/shop.py:gone: a => b"
    ]
