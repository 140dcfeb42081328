"""What an enum names is compared as the enum's member: a bare word is compared with whatever it happens to equal."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator

from tests.house.rules import Breach, assert_kept, in_each
from tests.house.tree import Source, called, product

ENUMS = {"Enum", "StrEnum", "Worded", "TextChoices"}
QUERIES = {"filter", "exclude", "get", "Q", "When", "update", "get_or_create", "update_or_create"}
ROOMS = {"money", "syncs", "reports", "invoices", "customers", "products", "programs", "connections"}
CURE = "name the member of the enum; where none says it yet, the enum gets one"


def words_of_enums(sources: Iterable[Source]) -> set[str]:
    """Every value that an enum of the product stores."""
    classes = (node for source in sources for node in source.nodes(ast.ClassDef))
    members = (member for node in classes if is_enum(node) for member in node.body if isinstance(member, ast.Assign))
    return {word for member in members if (word := stored(member.value))}


def is_enum(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).rpartition(".")[2] in ENUMS for base in node.bases)


def stored(value: ast.expr) -> str:
    """The word itself, or the first of a word and its label."""
    first = value.elts[0] if isinstance(value, ast.Tuple) and value.elts else value
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def bare_words(source: Source, words: Collection[str]) -> Iterator[Breach]:
    for where, asked in (*comparisons(source), *questions(source)):
        if any(is_bare(one, words) for one in asked):
            yield Breach.at(source, where, f"a bare word: {ast.unparse(where)}")


def comparisons(source: Source) -> Iterator[tuple[ast.AST, Iterable[ast.expr]]]:
    yield from ((node, compared(node)) for node in source.nodes(ast.Compare))
    yield from ((case, [case.value]) for case in source.nodes(ast.MatchValue))


def questions(source: Source) -> Iterator[tuple[ast.AST, Iterable[ast.expr]]]:
    """What the database is asked for."""
    words = (word for call in source.nodes(ast.Call) if called(call) in QUERIES for word in call.keywords)
    yield from ((word.value, each(word.value)) for word in words)


def compared(node: ast.Compare) -> Iterator[ast.expr]:
    """What stands on either side; of ``in`` only what is listed there, for a key of a mapping is no state."""
    for left, op, right in zip((node.left, *node.comparators), node.ops, node.comparators, strict=False):
        if isinstance(op, ast.In | ast.NotIn):
            yield from each(right)
        elif isinstance(op, ast.Eq | ast.NotEq):
            yield from (left, right)


def each(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]


def is_bare(node: ast.expr, words: Collection[str]) -> bool:
    return isinstance(node, ast.Constant) and node.value in words


def test_words_of_enums_are_named():
    words = words_of_enums(product())
    assert {"seat_monthly", "dismiss", "quantity", "stranded"} <= words
    found = in_each([one for one in product() if one.top in ROOMS], lambda source: bare_words(source, words))
    assert_kept("bare-words", found, cure=CURE)


def test_bare_word_is_found():
    enums = Source("money/enums.py", 'class Style(Worded):\n    LINE = "line", "Own line"\nclass Other:\n    X = "x"\n')
    reader = Source(
        "money/reader.py",
        'a = style == "line"\n'
        'b = style in ("other", "line")\n'
        "c = style == Style.LINE\n"
        'd = rows.filter(style="line")\n'
        'e = row["line"] == 3 or style == "x"\n'
        'f = make(style="line")\n'
        'match style:\n    case "line":\n        pass\n',
    )

    found = bare_words(reader, words_of_enums([enums]))

    assert sorted(one.place for one in found) == [f"money/reader.py:{line}" for line in (1, 2, 4, 8)]
