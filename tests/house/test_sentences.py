"""States and causes are enums: a sentence is shown, never compared and never found again."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from tests.house.rules import Breach, assert_kept, in_each
from tests.house.tree import Source, assigned, called, product, python, texts

COMPARED = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)
QUERIES = {"filter", "exclude", "get", "Q", "When", "get_or_create", "update_or_create"}
LOOKUPS = {"exact", "iexact", "in", "startswith", "istartswith", "endswith", "iendswith", "contains", "regex", "iregex"}
IN_TEMPLATE = re.compile(r"""{%[^%]*(?:==|!=|\bin\b)\s*["']([^"']+)["']""")
CURE = "keep what happened as a code of an enum and compare that; the sentence is made where it is shown"

Constants = Mapping[str, Collection[str]]  # module -> names of its sentences


def is_sentence(text: str) -> bool:
    """With a blank in it, and beginning as a sentence does or ending as one."""
    text = text.strip()
    return " " in text and (text[0].isupper() or text.endswith("."))


def sentence_constants(sources: Iterable[Source]) -> Constants:
    """By module, the names that it gives to sentences."""
    return {source.module: {name for node in source.assignments for name in named_sentence(node)} for source in sources}


def named_sentence(node: ast.Assign | ast.AnnAssign) -> list[str]:
    return assigned(node) if node.col_offset == 0 and says_sentence(node.value, ()) else []


def says_sentence(node: ast.AST | None, named: Collection[str]) -> bool:
    """A sentence, written out, filled in, named, or one of several."""
    match node:
        case ast.Constant(value=str(text)):
            return is_sentence(text)
        case ast.JoinedStr(values=parts):
            return is_sentence("".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts))
        case ast.Tuple(elts=many) | ast.List(elts=many) | ast.Set(elts=many):
            return any(says_sentence(one, named) for one in many)
        case ast.Name() | ast.Attribute():
            return ast.unparse(node) in named
    return False


def names_of_sentences(source: Source, constants: Constants) -> set[str]:
    """How a file may call the constants: its own, imported ones, those of imported modules."""
    names = set(constants.get(source.module, ()))
    for module, name, local in imported(source):
        names |= {local} if name in constants.get(module, ()) else set()
        names |= {f"{local}.{constant}" for constant in constants.get(f"{module}.{name}".strip("."), ())}
    return names


def imported(source: Source) -> Iterator[tuple[str, str, str]]:
    """Module, name in it and name here; the module is empty where a whole one is imported."""
    for node in [*source.nodes(ast.ImportFrom), *source.nodes(ast.Import)]:
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        yield from ((module, alias.name, alias.asname or alias.name) for alias in node.names)


def compared_sentences(source: Source, constants: Constants) -> Iterator[Breach]:
    named = names_of_sentences(source, constants)
    compared: list[tuple[ast.AST, list[ast.expr]]] = [
        *((node, compared_sides(node)) for node in source.nodes(ast.Compare)),
        *((node, [node.value]) for node in source.nodes(ast.MatchValue)),
    ]
    for node, sides in compared:
        if any(says_sentence(side, named) for side in sides):
            yield Breach.at(source, node, f"compares with a sentence: {ast.unparse(node)}")
    for call in source.nodes(ast.Call):
        if called(call) in {"startswith", "endswith"} and any(begins_sentence(one, named) for one in call.args):
            yield Breach.at(source, call, f"recognises a sentence: {ast.unparse(call)}")


def compared_sides(node: ast.Compare) -> list[ast.expr]:
    return [node.left, *node.comparators] if any(isinstance(op, COMPARED) for op in node.ops) else []


def begins_sentence(node: ast.expr, named: Collection[str]) -> bool:
    """For ``startswith`` the first word is enough."""
    word = node.value if isinstance(node, ast.Constant) else None
    return says_sentence(node, named) or (isinstance(word, str) and re.match(r"[A-Z][a-z]", word) is not None)


def prose_columns(sources: Iterable[Source]) -> set[str]:
    """Columns that hold sentences: every ``TextField`` of the models."""
    fields = (node for source in sources for node in source.assignments if isinstance(node.value, ast.Call))
    return {name for node in fields if called(node.value) == "TextField" for name in assigned(node)}


def queries_by_sentence(source: Source, columns: Collection[str]) -> Iterator[Breach]:
    queries = (call for call in source.nodes(ast.Call) if called(call) in QUERIES)
    for word in (word for call in queries for word in call.keywords):
        if is_of_prose(word, columns) or says_sentence(word.value, ()):
            yield Breach.at(source, word.value, f"finds rows by a sentence: {ast.unparse(word)}")


def is_of_prose(word: ast.keyword, columns: Collection[str]) -> bool:
    """By a column of prose. Whether it is empty may be asked, and ``icontains`` is a person who searches."""
    column = [part for part in (word.arg or "").split("__") if part not in LOOKUPS][-1]
    return column in columns and ast.unparse(word.value) != "''"


def compared_in_templates(source: Source) -> Iterator[Breach]:
    for line, found in source.find(IN_TEMPLATE):
        if is_sentence(found[1]):
            yield Breach.at(source, line, found[0])


def test_nothing_is_compared_with_a_sentence():
    sources = [source for source in python() if source.top != "tests"]
    constants = sentence_constants(sources)
    found = in_each(sources, lambda source: compared_sentences(source, constants))
    assert_kept("sentences", found, cure=CURE, excused=2)


def test_nothing_is_found_by_a_sentence():
    columns = prose_columns(product())
    assert "error" in columns
    found = in_each(product(), lambda source: queries_by_sentence(source, columns))
    assert_kept("queries-by-sentence", found, cure=CURE)


def test_no_template_compares_with_a_sentence():
    templates = [source for source in texts() if source.top == "templates"]
    assert_kept("sentences-in-templates", in_each(templates, compared_in_templates), cure=CURE)


def test_comparison_with_a_sentence_is_found():
    ledger = Source("syncs/ledger.py", 'GONE: str = "The line is gone."\nCODE = "line_gone"\n')
    reader = Source(
        "syncs/reader.py",
        "from syncs import ledger\n"
        "from syncs.ledger import CODE, GONE as LOST\n"
        'a = change.error == "It was refused."\n'
        "b = change.error in (LOST, CODE)\n"
        "c = ledger.GONE != change.error\n"
        'd = change.error.startswith("Refused")\n'
        'e = change.error == f"Line {number} is gone"\n'
        'f = change.code == CODE or change.error > GONE or change.error == ""\n'
        'match change.error:\n    case "Not there.":\n        pass\n',
    )

    constants = sentence_constants([ledger, reader])

    assert {one.place for one in compared_sentences(reader, constants)} == {
        f"syncs/reader.py:{line}" for line in (3, 4, 5, 6, 7, 10)
    }


def test_query_by_a_sentence_is_found():
    models = Source("syncs/models.py", "class Change(Model):\n    error = models.TextField()\n")
    queries = Source(
        "syncs/reader.py",
        "Change.objects.filter(error=GONE)\n"
        'Change.objects.exclude(Q(change__error__startswith=f"Sync of {name}"))\n'
        'Change.objects.get(name="The line is gone.")\n'
        'Change.objects.filter(error="", error__icontains=words, state=DONE)\n'
        "Change.objects.update(error=GONE)\n",
    )
    found = queries_by_sentence(queries, prose_columns([models]))

    assert sorted(one.place for one in found) == [f"syncs/reader.py:{line}" for line in (1, 2, 3)]


def test_comparison_in_a_template_is_found():
    template = Source("templates/a.html", '{% if row.error == "It was refused." %}\n{% if row.kind == "billing" %}')

    assert [one.place for one in compared_in_templates(template)] == ["templates/a.html:1"]
