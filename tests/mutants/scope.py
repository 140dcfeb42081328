"""Which modules have mutants, and which tests judge them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from tests.house import tree
from tests.mutants.making import Mutant, mutants_of

MONEY = "money/"
MONEY_TESTS = ("tests/money", "tests/bookkeeping", "tests/replay")
DRAWN = ("syncs/writing/", "syncs/proving/")

# By module, the quickest file first.
_END, _PROOF = "tests/end_to_end/test_", "tests/syncs/proving/test_"
DRAWN_TESTS: Mapping[str, Sequence[str]] = {
    "syncs/proving/accounts.py": (f"{_PROOF}accounts.py", f"{_END}source_invoices.py", f"{_END}months.py"),
    "syncs/proving/again.py": (f"{_PROOF}runs_said.py", f"{_END}too_often.py", f"{_END}ran_meanwhile.py"),
    "syncs/proving/billed.py": (f"{_END}ran_meanwhile.py", f"{_END}months.py"),
    "syncs/proving/by_hand.py": (f"{_PROOF}runs_said.py", f"{_END}people_edit.py", f"{_END}too_often.py"),
    "syncs/proving/month_accounts.py": (f"{_END}one_number.py", f"{_END}months.py"),
    "syncs/proving/months.py": (f"{_END}settings.py", f"{_END}months.py", f"{_END}source_invoices.py"),
    "syncs/proving/reconciliation.py": (
        "tests/syncs/proving", f"{_END}replay.py", f"{_END}source_invoices.py", f"{_END}settings.py",
        f"{_END}months.py",
    ),
    "syncs/proving/standing.py": (
        "tests/syncs/proving/test_standing.py", f"{_END}standing_lines.py", f"{_END}months.py",
    ),
    "syncs/proving/unplanned.py": (
        "tests/syncs/proving", f"{_END}source_invoices.py", f"{_END}settings.py", f"{_END}mappings_change.py",
    ),
    "syncs/proving/verdicts.py": (
        "tests/syncs/proving", "tests/billingsync/commands/test_close.py", f"{_END}one_number.py",
    ),
    "syncs/proving/waiting.py": (f"{_END}waiting_money.py",),
    "syncs/writing/carried.py": (f"{_END}ran_meanwhile.py", f"{_END}people_edit.py", f"{_END}months.py"),
    "syncs/writing/committing.py": (
        "tests/syncs/writing", f"{_END}waiting_plans.py", f"{_END}source_invoices.py", f"{_END}mappings_change.py",
        f"{_END}months.py",
    ),
    "syncs/writing/freshness.py": (
        "tests/syncs/writing/test_products_of_two_programs.py", f"{_END}waiting_plans.py",
        f"{_END}plan_after_a_dead_run.py",
    ),
    "syncs/writing/joining.py": (
        "tests/syncs/writing/test_joining.py", f"{_END}source_invoices.py", f"{_END}months.py",
    ),
    "syncs/writing/leftovers.py": (
        "tests/syncs/writing/test_leftovers.py", f"{_END}mappings_change.py", f"{_END}people_edit.py",
    ),
    "syncs/writing/lines.py": (
        "tests/syncs/writing", f"{_END}lost_answers.py", f"{_END}vendor_faults.py", f"{_END}people_edit.py",
        f"{_END}switches.py",
    ),
    "syncs/writing/products.py": (f"{_END}products.py", f"{_END}lost_answers.py", f"{_END}vendor_faults.py"),
    "syncs/writing/protocol.py": (
        "tests/syncs/writing", f"{_END}lost_answers.py", f"{_END}vendor_faults.py", f"{_END}killed_worker.py",
        f"{_END}starting.py",
    ),
    "syncs/writing/ran_meanwhile.py": (f"{_END}ran_meanwhile.py", f"{_END}people_edit.py", f"{_END}lost_answers.py"),
    "syncs/writing/repeats.py": (f"{_END}held_again.py", "tests/billingsync/test_retention.py"),
    "syncs/writing/resolving.py": ("tests/syncs/writing", f"{_END}lost_answers.py", f"{_END}killed_worker.py"),
    "syncs/writing/values.py": (f"{_END}people_edit.py", f"{_END}settings.py", f"{_END}lost_answers.py"),
}  # fmt: skip


def tests_of(path: str) -> Sequence[str]:
    """The files and folders of tests that judge a module."""
    return MONEY_TESTS if path.startswith(MONEY) else DRAWN_TESTS[path]


def all_of(only: Sequence[str] = ()) -> list[Mutant]:
    """Every mutant of the modules in scope; of those alone whose paths begin with one of ``only``."""
    return [
        mutant
        for source in tree.product()
        if source.path.startswith((MONEY, *DRAWN)) and source.path.startswith(tuple(only) or "")
        for mutant in mutants_of(source.path, source.text)
    ]


def draw(mutants: Sequence[Mutant], number: int, seed: int) -> list[Mutant]:
    """All of money's, and of the others as many as ``number``: the same for the same seed and the same code."""
    drawn = [mutant for mutant in mutants if not mutant.path.startswith(MONEY)]
    chosen = random.Random(seed).sample(drawn, min(number, len(drawn)))
    return [mutant for mutant in mutants if mutant.path.startswith(MONEY)] + sorted(chosen, key=lambda one: one.key)
