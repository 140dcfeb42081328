"""Names: a reader finds things by them, so each public class has one of its own and none says nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from tests.house.rules import Breach, assert_kept, in_each
from tests.house.tree import Definition, Source, paths, product, python

EMPTY = "manager|managers|helper|helpers|util|utils|common|misc|base2|process|handle"
EMPTY_WORD = re.compile(rf"(?:^|_)(?:{EMPTY})(?:_|$)")
EMPTY_ENDING = re.compile(rf"[a-z](?:{'|'.join(word.title() for word in EMPTY.split('|'))})$")
NAMED_BY_DJANGO = {"Migration", "Command"}


def shared_names(sources: Iterable[Source]) -> Iterator[Breach]:
    """Every further class of a name, above the connectors; nested ones are named by what they stand in."""
    first: dict[str, str] = {}
    for source in (one for one in sources if one.top != "connectors"):
        for node in public_classes(source):
            here = f"{source.path}:{node.lineno}"
            home = first.setdefault(node.name, here)
            if home != here:
                yield Breach(here, node.name, f"{node.name} is at {home} too")


def public_classes(source: Source) -> list[ast.ClassDef]:
    classes = (node for node in source.tree.body if isinstance(node, ast.ClassDef))
    return [node for node in classes if not node.name.startswith("_") and node.name not in NAMED_BY_DJANGO]


def empty_names(files: Iterable[str]) -> Iterator[Breach]:
    for file in sorted(files):
        if any(EMPTY_WORD.search(part.partition(".")[0]) for part in PurePosixPath(file).parts):
            yield Breach(file, file, "says nothing about what is in it")


def empty_class_names(source: Source) -> Iterator[Breach]:
    for node in source.nodes(ast.ClassDef):
        if EMPTY_ENDING.search(node.name):
            yield Breach.at(source, node, f"{node.name} says nothing about its job", name=node.name)


def silent_modules(source: Source) -> Iterator[Breach]:
    if not source.path.endswith(("__init__.py", "apps.py")) and ast.get_docstring(source.tree) is None:
        yield Breach.at(source, 1, "no docstring", name=source.path)


def silent_folders(source: Source) -> Iterator[Breach]:
    if source.path.endswith("__init__.py") and ast.get_docstring(source.tree) is None:
        yield Breach.at(source, 1, "no docstring", name=str(PurePosixPath(source.path).parent))


def silent_definitions(source: Source) -> Iterator[Breach]:
    """Public functions and classes that do not say what they mean; an app's configuration may."""
    for node in source.tree.body if source.name != "apps" else []:
        public = isinstance(node, Definition) and not node.name.startswith("_")
        if public and ast.get_docstring(node) is None:
            yield Breach.at(source, node, f"{node.name} has no docstring")


def test_public_class_has_a_name_of_its_own():
    cure = "name each after what it is in its own room: ImportProblem and FileProblem instead of two Problems"
    assert_kept("class-names", shared_names(product()), cure=cure, excused=0)


def test_no_file_or_folder_has_a_name_that_says_nothing():
    assert_kept("file-names", empty_names(paths()), cure="name it after the concept of the field that it holds")


def test_no_class_has_a_name_that_says_nothing():
    cure = "name it after what it does: a reader, a ledger, an outbox"
    assert_kept("class-endings", in_each(python(), empty_class_names), cure=cure, excused=1)


def test_every_module_says_its_job():
    assert_kept(
        "module-docstrings", in_each(python(), silent_modules), cure="say its one job in the module's docstring"
    )


def test_every_folder_of_the_product_says_its_job():
    cure = "say its one job in the docstring of its __init__"
    assert_kept("folder-docstrings", in_each(product(), silent_folders), cure=cure, excused=0)


def test_everything_public_says_what_it_means():
    cure = "say in a docstring what it means: units, currency, what is raised, where a vendor's behaviour is known from"
    assert_kept("public-docstrings", in_each(product(), silent_definitions), cure=cure)


def test_shared_class_name_is_found():
    text = "class Problem: ...\nclass Command: ...\nclass _Own: ...\nclass Alone:\n    class Meta: ...\n"
    found = shared_names([Source("a.py", text), Source("b.py", text), Source("connectors/c.py", "class Problem: ...")])

    assert [(one.place, one.what) for one in found] == [
        ("b.py:1", "Problem is at a.py:1 too"),
        ("b.py:4", "Alone is at a.py:4 too"),
    ]


def test_name_that_says_nothing_is_found():
    files = ["a/utils/b.py", "a/date_helpers.py", "a/process.py", "manage.py", "a/management/b.py", "a/processes.py"]
    text = "class DateHelper: ...\nclass Manager: ...\nclass ImportProcess: ...\nclass Handler: ...\n"

    assert [one.name for one in empty_names(files)] == ["a/date_helpers.py", "a/process.py", "a/utils/b.py"]
    assert [one.name for one in empty_class_names(Source("a.py", text))] == ["DateHelper", "ImportProcess"]


def test_missing_docstring_is_found():
    silent = [Source("a/b.py", "import os\n"), Source("a/__init__.py", ""), Source("a/c.py", '"""Job."""\n')]

    assert [one.place for one in in_each(silent, silent_modules)] == ["a/b.py:1"]
    assert [one.name for one in in_each(silent, silent_folders)] == ["a"]


def test_public_definition_without_a_docstring_is_found():
    text = 'def a(): ...\ndef _b(): ...\nclass C: ...\ndef d():\n    """Says it."""\n'

    assert [one.what for one in silent_definitions(Source("a/b.py", text))] == [
        "a has no docstring",
        "C has no docstring",
    ]
