"""Every mutant of a module: one small change of it each, made with mutmut's operators.

Left out is what no test could or should see: annotations, docstrings, decorators (their arguments are Python's
own: frozen, slots), ``__all__``, what is logged, ``if TYPE_CHECKING``, the calls of ``len`` and ``isinstance``, and
a text in capitals or small letters where the same text with XX about it is a mutant already.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, takewhile

import libcst as cst
from libcst.metadata import MetadataWrapper, WhitespaceInclusivePositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_string

LOGGERS = {"log", "logger"}
WORDS_AROUND = 6
NEVER_OTHERWISE = {"len", "isinstance"}  # with None they raise, whoever calls them


@dataclass(frozen=True)
class Mutant:
    """A change of the text from ``start`` to ``end`` into ``after``.

    ``function``: the outermost one around it, such as ``Plan.extend``; "" for what runs when the module is imported.
    ``key`` says where and what without the number of a line, so it stays while the code around it moves.
    """

    path: str
    function: str
    line: int
    start: int
    end: int
    after: str
    change: str
    key: str = ""

    def put_into(self, source: str) -> str:
        """The module with this change in it."""
        return source[: self.start] + self.after + source[self.end :]


def mutants_of(path: str, source: str) -> list[Mutant]:
    """All mutants of a module, in the order of its text. Raises where libcst and the text disagree."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    visitor = _Visitor(path, source, wrapper.module)
    wrapper.visit(visitor)
    different = {(each.start, each.end, each.after): each for each in visitor.found}
    return list(_named(different.values()))


def lines_around(source: ast.Module, line: int) -> range:
    """The lines that say whether a test runs what is changed in a line: those of its statement, without what is in it.

    Where it is the head of a function, or in nothing, they are those of the whole.
    """
    around: ast.stmt | None = None
    for node in ast.walk(source):  # outer ones first
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
            around = node
    if around is None:
        return range(1, line + 1)
    inside = getattr(around, "body", None)
    if isinstance(around, ast.FunctionDef | ast.ClassDef) or not inside:
        return range(around.lineno, (around.end_lineno or around.lineno) + 1)
    return range(around.lineno, inside[0].lineno)


def _named(found: Iterable[Mutant]) -> Iterator[Mutant]:
    """With their keys; where one function has the same change twice, the second has a number."""
    times: Counter[str] = Counter()
    for mutant in found:
        key = f"{mutant.path}:{mutant.function or 'module'}: {mutant.change}"
        times[key] += 1
        yield replace(mutant, key=key if times[key] == 1 else f"{key} (no. {times[key]})")


class _Visitor(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (WhitespaceInclusivePositionProvider,)

    def __init__(self, path: str, source: str, module: cst.Module) -> None:
        super().__init__()
        self.path = path
        self.source = source
        self.module = module
        self.found: list[Mutant] = []
        self._lines = [0, *accumulate(map(len, source.splitlines(keepends=True)))]
        self._around: list[str] = []  # names of classes and functions
        self._function = ""

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _is_pointless(node):
            return False
        if isinstance(node, cst.ClassDef | cst.FunctionDef):
            self._around.append(node.name.value)
        for mutated in _changes(node):
            self.found.append(self._mutant(node, mutated))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.ClassDef | cst.FunctionDef) and self._around:
            self._around.pop()

    def on_visit_attribute(self, node: cst.CSTNode, attribute: str) -> None:
        if isinstance(node, cst.FunctionDef) and attribute == "body" and not self._function:
            self._function = ".".join(self._around)

    def on_leave_attribute(self, original_node: cst.CSTNode, attribute: str) -> None:
        inside = isinstance(original_node, cst.FunctionDef) and attribute == "body"
        if inside and self._function == ".".join(self._around):
            self._function = ""

    def _mutant(self, node: cst.CSTNode, mutated: cst.CSTNode) -> Mutant:
        span = self.get_metadata(WhitespaceInclusivePositionProvider, node)
        start, end = (self._lines[at.line - 1] + at.column for at in (span.start, span.end))
        before, after = self.module.code_for_node(node), self.module.code_for_node(mutated)
        if self.source[start:end].split() != before.split():  # libcst leaves the indentation of what goes on below out
            raise ValueError(f"{self.path}:{span.start.line}: {before!r} is not where libcst says it is")
        line = span.start.line
        return Mutant(self.path, self._function, line, start, end, after, _told(self.source, start, end, after))


def _changes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            changed = operator(node)
            yield from list(changed)[:1] if operator is operator_string else changed


def _is_pointless(node: cst.CSTNode) -> bool:
    match node:
        case cst.Annotation() | cst.Decorator() | cst.Import() | cst.ImportFrom():
            return True
        case cst.If(test=cst.Name("TYPE_CHECKING")) | cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()):
            return True
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name("__all__" | "logger" | "log"))]):
            return True
        case cst.Call(func=cst.Name(name)):
            return name in NEVER_OTHERWISE
        case cst.Call(func=cst.Attribute(value=cst.Name(name))):
            return name in LOGGERS
    return False


def _told(source: str, start: int, end: int, after: str) -> str:
    """The words that change, before and after, between those that stand around them on their lines."""
    first = source.rfind("\n", 0, start) + 1
    last = source.find("\n", end)
    last = len(source) if last < 0 else last
    before = source[first:last].split()
    now = (source[first:start] + after + source[end:last]).split()
    same = _same_at_first(before, now)
    same_end = _same_at_first(before[same:][::-1], now[same:][::-1])
    return " => ".join(_around(words, same, len(words) - same_end) for words in (before, now))


def _same_at_first(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _around(words: Sequence[str], first: int, last: int) -> str:
    """The words from ``first`` to ``last``, and some of those before and after them."""
    begin, stop = max(first - WORDS_AROUND, 0), last + WORDS_AROUND
    return " ".join(["…"] * (begin > 0) + [*words[begin:stop]] + ["…"] * (stop < len(words)))
