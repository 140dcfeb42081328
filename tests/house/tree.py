"""The checkout as the house rules see it: each file read once, each Python file parsed once."""

from __future__ import annotations

import ast
import gc
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import TypeVar

from devservers.places import CHECKOUT

BESIDE_PRODUCT = {
    "tests",
    "sandbox",
    "chaos",
    "bench",
    "rehearsal",
    "stubs",
}  # top folders that no customer's money goes through

Node = TypeVar("Node", bound=ast.AST)
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A text file; ``path`` is relative to the checkout, with forward slashes."""

    path: str
    text: str

    @property
    def name(self) -> str:
        """The file without its ending, or its folder where it is an ``__init__``."""
        path = PurePosixPath(self.path)
        return path.parent.name if path.stem == "__init__" else path.stem

    @property
    def module(self) -> str:
        """The name by which Python imports it."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def top(self) -> str:
        """The top folder, or the file where it lies in none."""
        return PurePosixPath(self.path).parts[0]

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    def find(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
        """Where a pattern is found, each with the number of its line."""
        for match in pattern.finditer(self.text):
            yield self.text.count("\n", 0, match.start()) + 1, match

    def nodes(self, kind: type[Node]) -> list[Node]:
        """All nodes of just this kind."""
        return self._by_kind.get(kind, [])  # type: ignore[return-value]  # sorted by their type

    @cached_property
    def functions(self) -> list[Function]:
        return [*self.nodes(ast.FunctionDef), *self.nodes(ast.AsyncFunctionDef)]

    def owner(self, node: ast.AST) -> str:
        """File, classes and functions around a node: a name for its place that moves with the code."""
        line: int = getattr(node, "lineno")  # noqa: B009  # not every node has one
        definitions: list[Definition] = [*self.functions, *self.nodes(ast.ClassDef)]
        around = [one for one in definitions if one.lineno <= line <= (one.end_lineno or 0)]
        return ".".join([self.name, *(one.name for one in sorted(around, key=lambda one: one.lineno))])

    @cached_property
    def assignments(self) -> list[ast.Assign | ast.AnnAssign]:
        return [*self.nodes(ast.Assign), *self.nodes(ast.AnnAssign)]

    @cached_property
    def _by_kind(self) -> dict[type[ast.AST], list[ast.AST]]:
        found: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        for node in ast.walk(self.tree):
            found[type(node)].append(node)
        return found


@cache
def paths() -> frozenset[str]:
    """Every file of the checkout but what ``.gitignore`` names."""
    ignored = [line.rstrip("/") for line in (CHECKOUT / ".gitignore").read_text().splitlines() if line]
    return frozenset(file.relative_to(CHECKOUT).as_posix() for file in _files(CHECKOUT, [*ignored, ".git"]))


@cache
def texts() -> tuple[Source, ...]:
    """Every text file: one without a zero byte."""
    contents = {path: (CHECKOUT / path).read_bytes() for path in sorted(paths())}
    return tuple(Source(path, content.decode()) for path, content in contents.items() if b"\0" not in content)


@cache
def pages() -> tuple[Source, ...]:
    """Every page of documentation."""
    return tuple(source for source in texts() if source.path.endswith(".md"))


@cache
def python() -> tuple[Source, ...]:
    """Every Python file but migrations, which are never edited. All of them parsed."""
    found = tuple(one for one in texts() if one.path.endswith(".py") and "/migrations/" not in one.path)
    gc.disable()  # looking for garbage among half a million nodes, again and again, takes longer than making them
    try:
        for source in found:
            source.nodes(ast.Module)
    finally:
        gc.freeze()
        gc.enable()
    return found


@cache
def product() -> tuple[Source, ...]:
    """The Python files that run in production."""
    return tuple(source for source in python() if source.top not in BESIDE_PRODUCT)


@cache
def tests() -> tuple[Source, ...]:
    """The Python files under ``tests``."""
    return tuple(source for source in python() if source.top == "tests")


def called(call: ast.Call) -> str:
    """The last name of what is called: ``sleep`` of ``time.sleep(1)``."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def assigned(node: ast.Assign | ast.AnnAssign) -> list[str]:
    """The names that get a value."""
    return [ast.unparse(target) for target in (node.targets if isinstance(node, ast.Assign) else [node.target])]


def _files(folder: Path, ignored: Sequence[str]) -> Iterator[Path]:
    for entry in folder.iterdir():
        if any(fnmatch(entry.name, pattern) for pattern in ignored):
            continue
        if entry.is_dir():
            yield from _files(entry, ignored)
        else:
            yield entry
