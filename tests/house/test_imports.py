"""Imports that the linter's contracts do not see: who may speak HTTP, and what tests may know."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from tests.house.rules import Breach, assert_kept, in_each
from tests.house.tree import Source, product, python

HTTP = re.compile(r"(?:import|from) (?:requests|urllib3|urllib\.request|http\.client|httpx|aiohttp)\b")


def http_imports(source: Source) -> Iterator[Breach]:
    for node in [*source.nodes(ast.Import), *source.nodes(ast.ImportFrom)]:
        if source.top != "connectors" and HTTP.match(ast.unparse(node)):
            yield Breach.at(source, node, ast.unparse(node))


def private_imports(sources: Collection[Source]) -> Iterator[Breach]:
    """Names that their own module keeps for itself."""
    ours = {source.top for source in sources}
    for source in sources:
        for node in source.nodes(ast.ImportFrom):
            private = [alias.name for alias in node.names if re.match(r"_[a-z]", alias.name)]
            if private and (node.module or "").partition(".")[0] in ours:
                yield Breach.at(source, node, f"{node.module} keeps {', '.join(private)} for itself")


def test_only_connectors_speak_http():
    cure = "call the vendor through connectors/, which limit, guard, retry and redact"
    assert_kept("http", in_each(product(), http_imports), cure=cure, excused=1)


def test_private_names_stay_at_home():
    cure = "use what the module offers, or make the name public if it is part of its job"
    assert_kept("private-imports", private_imports(python()), cure=cure, excused=1)


def test_other_http_is_found():
    text = "import requests\nfrom urllib3.util import Retry\nimport urllib.parse\nfrom http import HTTPStatus\n"
    found = in_each([Source("accounts/a.py", text), Source("connectors/b.py", text)], http_imports)

    assert [one.place for one in found] == ["accounts/a.py:1", "accounts/a.py:2"]


def test_private_import_is_found():
    text = "from accounts.b import find, _look\nfrom accounts.c import __doc__\nfrom json import _default_decoder\n"

    assert [one.place for one in private_imports([Source("accounts/a.py", text)])] == ["accounts/a.py:1"]
