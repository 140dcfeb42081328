"""Sizes: files, functions and folders that a reader takes in at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from statistics import median

from tests.house.rules import Breach, assert_kept, in_each
from tests.house.tree import Function, Source, product, python

FILE, FUNCTION = 400, 60  # lines
FOLDER = 30  # modules; 25 is the aim
SHORT = 25  # lines that nine of ten functions stay under


def long_files(source: Source) -> Iterator[Breach]:
    if len(source.lines) > FILE:
        yield Breach.at(source, len(source.lines), f"{len(source.lines)} lines")


def long_functions(source: Source) -> Iterator[Breach]:
    for function in source.functions:
        if length(function) > FUNCTION:
            yield Breach.at(source, function, f"{function.name} has {length(function)} lines")


def full_folders(sources: Iterable[Source]) -> Iterator[Breach]:
    modules = Counter(str(PurePosixPath(one.path).parent) for one in sources if not one.path.endswith("__init__.py"))
    for folder, number in modules.items():
        if number > FOLDER:
            yield Breach(folder, folder, f"{number} modules")


def length(function: Function) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def test_no_file_is_longer_than_400_lines():
    assert_kept("file-length", in_each(python(), long_files), cure="split the file by concept, one job each")


def test_no_function_is_longer_than_60_lines():
    assert_kept("function-length", in_each(python(), long_functions), cure="give its steps names of their own")


def test_no_folder_of_the_product_holds_more_than_30_modules():
    assert_kept("folder-size", full_folders(product()), cure="sort the modules into folders by concept", excused=0)


def test_functions_of_the_product_are_short_on_the_whole():
    lengths = [length(function) for source in product() for function in source.functions]

    assert median(lengths) <= 8, "half of the functions should have 8 lines or fewer: say the details below by name"
    assert sum(lines < SHORT for lines in lengths) >= 0.9 * len(lengths), f"9 of 10 should be under {SHORT} lines"


def test_long_file_is_found():
    found = in_each([Source("a.py", "x = 1\n" * 400), Source("b.py", "x = 1\n" * 401)], long_files)

    assert [breach.place for breach in found] == ["b.py:401"]


def test_long_function_is_found():
    body = "    x = 1\n" * 59
    text = f"def short():\n{body}\nasync def long():\n{body}    x = 1\n"

    assert [one.what for one in long_functions(Source("a.py", text))] == ["long has 61 lines"]


def test_full_folder_is_found():
    modules = [Source(f"a/b/{number}.py", "") for number in range(31)]

    assert [one.name for one in full_folders(modules)] == ["a/b"]
    assert list(full_folders([*modules[1:], Source("a/b/__init__.py", "")])) == []
