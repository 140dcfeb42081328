"""Rows: a lock keeps nobody from referring to them, and a task is told by their ids what to do."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.rules import Breach, assert_kept, in_each
from tests.house.tree import Function, Source, called, product

IDS = {"int", "str", "bool", "uuid.UUID"}


def locks(source: Source) -> list[ast.Call]:
    return [call for call in source.nodes(ast.Call) if called(call) == "select_for_update"]


def greedy_locks(source: Source) -> Iterator[Breach]:
    """Row locks by which every insert of a partner would wait for the partner's row."""
    for call in locks(source):
        if "no_key" not in {word.arg for word in call.keywords}:
            yield Breach.at(source, call, ast.unparse(call))


def tasks_told_more(source: Source) -> Iterator[Breach]:
    for function in source.functions:
        for argument in told_to_task(function):
            kind = ast.unparse(argument.annotation) if argument.annotation else "anything"
            if kind.removesuffix(" | None") not in IDS:
                yield Breach.at(source, function, f"{function.name} is told {kind}")


def told_to_task(function: Function) -> list[ast.arg]:
    """What a task is called with; the first argument of a bound one is the task itself."""
    arguments = [*function.args.args, *function.args.kwonlyargs]
    tasks = filter(is_task, function.decorator_list)
    return next((arguments[1:] if task_bound(task) else arguments for task in tasks), [])


def is_task(decorator: ast.expr) -> bool:
    name = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(name).rpartition(".")[2] in {"shared_task", "task"}


def task_bound(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and "bind" in {word.arg for word in decorator.keywords}


def test_no_row_lock_keeps_others_from_referring_to_the_row():
    assert sum(len(locks(source)) for source in product()) > 5
    assert_kept(
        "row-locks", in_each(product(), greedy_locks), cure="select_for_update(no_key=True): the key does not change"
    )


def test_tasks_are_told_ids():
    assert_kept("tasks", in_each(product(), tasks_told_more), cure="pass ids, and read the rows in the partner's scope")


def test_greedy_lock_is_found():
    text = "Run.objects.select_for_update().get()\nRun.objects.select_for_update(no_key=True).get()\n"

    assert [one.place for one in greedy_locks(Source("a.py", text))] == ["a.py:1"]


def test_task_that_is_told_more_is_found():
    text = (
        "@shared_task(bind=True)\ndef advance(self: object, partner_id: int, run_id: int | None) -> None: ...\n"
        "@shared_task\ndef send(message: Message) -> None: ...\n"
        "@app.task\ndef sweep(rows) -> None: ...\n"
        "def send_now(message: Message) -> None: ...\n"
    )

    assert [one.what for one in tasks_told_more(Source("a.py", text))] == [
        "send is told Message",
        "sweep is told anything",
    ]
