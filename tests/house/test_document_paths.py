"""Names in backticks: a path or a dotted name of ours that a page or a docstring speaks of is there.

Names of ours are paths below a top folder, Python files and pages, tests, dotted names that begin with a package or a
class, and words with an underscore, which something else than a page must know. Blocks of code in pages count too.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from devservers.places import CHECKOUT

CURE = "write where it is now, or take the sentence out"
IN_PAGES = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
IN_PYTHON = re.compile(r"``[^`]+``")
TOKEN = re.compile(r"[^\s`(),;=\"'\[\]|{}<>]+")
FILE = re.compile(r"[\w./-]*\w\.(?:py|md)")
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")
TEST = re.compile(r"test_\w+")
WORD = re.compile(r"[a-z]+(?:_\w+)+")


@cache
def files() -> frozenset[str]:
    """Every file of the checkout but what ``.gitignore`` names, with forward slashes."""
    ignored = [".git", *(line.rstrip("/") for line in (CHECKOUT / ".gitignore").read_text().splitlines() if line)]
    return frozenset(file.relative_to(CHECKOUT).as_posix() for file in _walk(CHECKOUT, ignored))


def _walk(folder: Path, ignored: Iterable[str]) -> Iterator[Path]:
    for entry in folder.iterdir():
        if not any(fnmatch(entry.name, pattern) for pattern in ignored):
            yield from _walk(entry, ignored) if entry.is_dir() else [entry]


@cache
def text_of(path: str) -> str:
    """The text of a file of the checkout."""
    return (CHECKOUT / path).read_text(encoding="utf-8")


def names_in(path: str, text: str) -> Iterator[tuple[int, str]]:
    """What stands in backticks, word for word, each with its line."""
    for code in (IN_PYTHON if path.endswith(".py") else IN_PAGES).finditer(text):
        for word in TOKEN.finditer(code[0]):
            yield text.count("\n", 0, code.start() + word.start()) + 1, word[0].rstrip(".:")


def trouble_with(name: str, page: str) -> str:
    """Why a name that looks like one of ours is none, "" for all others."""
    path, _, test = name.partition("::")
    if FILE.fullmatch(path) or ("/" in path and path.partition("/")[0] in top_folders()):
        place = find_path(path, page)
        there = bool(place) and (not test or test in defined_in(place))
    elif TEST.fullmatch(name):
        there = name in all_tests()
    elif DOTTED.fullmatch(name):
        there = is_there(name.split("."))
    else:
        there = not WORD.fullmatch(name) or name in all_words()
    return "" if there else f"there is no {name}"


def find_path(path: str, page: str) -> str:
    """The file or folder of that name: from the top, beside the page, or of the tests; a bare file anywhere."""
    near = posixpath.join(posixpath.dirname(page), path)
    for place in (posixpath.normpath(one) for one in (path, near, f"tests/{path}")):
        if place in files() or place in folders():
            return place
    bare = [file for file in files() if FILE.fullmatch(path) and file.endswith(f"/{path}")]
    return bare[0] if bare else ""


@cache
def folders() -> frozenset[str]:
    return frozenset(str(parent) for file in files() for parent in Path(file).parents if str(parent) != ".")


@cache
def top_folders() -> frozenset[str]:
    return frozenset(folder for folder in folders() if "/" not in folder)


@cache
def packages() -> frozenset[str]:
    return frozenset(file.partition("/")[0] for file in files() if file.endswith(".py") and "/" in file)


@cache
def classes() -> Mapping[str, tuple[str, ...]]:
    """Where the classes of a name are defined."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(file for file in files() if file.endswith(".py")):
        for name in re.findall(r"^class (\w+)", text_of(file), re.MULTILINE):
            found[name].append(file)
    return {name: tuple(places) for name, places in found.items()}


@cache
def all_tests() -> frozenset[str]:
    """Names of test functions and, without their ending, of test files."""
    found = [file for file in files() if file.startswith("tests/") and file.endswith(".py")]
    functions = (name for file in found for name in re.findall(r"^def (test_\w+)", text_of(file), re.MULTILINE))
    return frozenset([*functions, *(Path(file).stem for file in found)])


@cache
def all_words() -> frozenset[str]:
    """Every word of every text file but pages."""
    found: set[str] = set()
    for file in files():
        content = b"" if file.endswith(".md") else (CHECKOUT / file).read_bytes()
        if b"\0" not in content:
            found.update(re.findall(r"\w+", content.decode()))
    return frozenset(found)


def is_there(parts: list[str]) -> bool:
    """A module of ours, what it defines, and what a class of it has; true for names that are not ours."""
    if parts[0] in classes():
        return len(parts) == 1 or any(parts[1] in members(file, parts[0]) for file in classes()[parts[0]])
    if parts[0] not in packages():
        return True
    if "/".join(parts) in folders():
        return True
    for end in range(len(parts), 0, -1):
        file = "/".join(parts[:end]) + ".py"
        init = "/".join([*parts[:end], "__init__.py"])
        for place in (one for one in (file, init) if one in files()):
            return end == len(parts) or (parts[end] in defined_in(place) and is_member(parts[end:]))
    return False


def is_member(parts: list[str]) -> bool:
    return len(parts) == 1 or parts[0] not in classes() or is_there(parts)


@cache
def defined_in(file: str) -> frozenset[str]:
    """Functions, classes and other names at the top of a module."""
    return frozenset(name for node in ast.parse(text_of(file)).body for name in names_of(node))


@cache
def members(file: str, name: str) -> frozenset[str]:
    """What a class has, with what it takes from classes of ours."""
    tree = ast.parse(text_of(file))
    node = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    own = [member for one in node.body for member in names_of(one)]
    bases = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id in classes()]
    return frozenset([*own, *(member for base in bases for member in members(classes()[base][0], base))])


def names_of(node: ast.stmt) -> Iterator[str]:
    """The names that a statement gives to something."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))


def lost_names(path: str, text: str) -> Iterator[str]:
    for line, name in names_in(path, text):
        if trouble := trouble_with(name, path):
            yield f"{path}:{line}: {trouble}"


def test_names_in_documents_and_docstrings_are_there():
    spoken = sorted(file for file in files() if file.endswith((".md", ".py")) and "/migrations/" not in file)
    lost = [trouble for file in spoken for trouble in lost_names(file, text_of(file))]

    if lost:
        pytest.fail("Names of what is not there\n  " + "\n  ".join(lost) + f"\nCure: {CURE}", pytrace=False)


def test_lost_name_is_found():
    unheard = "plan-gold".replace("-", "_")  # in one piece this file would know it
    page = (
        "%money/planning.py% %money/cash.py% and money/cash.py\n"
        "%money.planning.plan_mapping% %money.planning.plan_cash%, %money.cash%\n"
        "%%%\n$ pytest tests/house/test_cash.py\nPOST /money/cash\n%%%\n"
        "%Money.in_cents% %Money.in_gold% %json.loads% %planning.py% %cash.py%\n"
        "%house/test_document_paths.py::test_lost_name_is_found%, %test_lost_name_is_lost%\n"
        f"%plan_mapping% %{unheard}%\n"
    )

    assert list(lost_names("docs/a.md", page.replace("%", "`"))) == [
        "docs/a.md:1: there is no money/cash.py",
        "docs/a.md:2: there is no money.planning.plan_cash",
        "docs/a.md:2: there is no money.cash",
        "docs/a.md:4: there is no tests/house/test_cash.py",
        "docs/a.md:7: there is no Money.in_gold",
        "docs/a.md:7: there is no cash.py",
        "docs/a.md:8: there is no test_lost_name_is_lost",
        f"docs/a.md:9: there is no {unheard}",
    ]


def test_lost_name_in_a_docstring_is_found():
    text = '"""Made by %money.planning%, see %money.cash%."""\nx = "money.gold"\n'.replace("%", "``")

    assert list(lost_names("money/a.py", text)) == ["money/a.py:1: there is no money.cash"]
