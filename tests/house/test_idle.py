"""Idle things: what nothing but a test uses is deleted, be it code, a template or a file of a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from tests.house.rules import Breach, assert_kept
from tests.house.tree import Definition, Source, paths, product, texts

# Libraries and Django look for these by name, where they lie.
LOOKED_FOR = re.compile(r"templates/(?:(?:account|allauth|mfa|usersessions|socialaccount|django/forms)/|[45]\d\d)")
SHOWN = re.compile(r"(?:templates|static)/(.+\.(?:html|txt|css|js|svg))")


def idle_code(sources: Iterable[Source], using: Iterable[Source]) -> Iterator[Breach]:
    """Public functions and classes that nothing names; a decorator or an app's configuration makes itself known."""
    named = Counter(word for source in using for word in re.findall(r"\w+", source.text))
    for source in sources:
        for node in source.tree.body if source.name != "apps" else []:
            if isinstance(node, Definition) and not node.decorator_list and named[node.name] < 2:
                yield Breach.at(source, node, f"nothing uses {node.name}")


def idle_files(files: Iterable[str], using: Collection[Source]) -> Iterator[Breach]:
    written = "\n".join(source.text for source in using)
    for file in sorted(files):
        shown = SHOWN.fullmatch(file)
        if shown and not LOOKED_FOR.match(file) and shown[1] not in written:
            yield Breach(file, file, "nothing shows it")


def used() -> list[Source]:
    """All that runs, without tests, documentation and lists of packages."""
    return [
        one for one in texts() if one.top not in {"tests", "docs"} and not one.path.endswith((".md", ".txt", ".in"))
    ]


def test_no_code_is_idle():
    cure = "delete it, and with it the tests that are its only users"
    assert_kept("idle-code", idle_code(product(), used()), cure=cure, excused=1)


def test_no_file_of_a_page_is_idle():
    assert_kept("idle-files", idle_files(paths(), used()), cure="delete it")


def test_idle_code_is_found():
    text = "def used(): ...\ndef idle(): ...\n@connected\ndef told(): ...\nclass Idle: ...\nused()\n"
    sources = [Source("a.py", text)]

    assert [one.place for one in idle_code(sources, sources)] == ["a.py:2", "a.py:5"]


def test_idle_file_is_found():
    files = ["templates/a/b.html", "templates/a/c.html", "static/d.css", "templates/account/login.html", "static/e.png"]

    assert [one.name for one in idle_files(files, [Source("a.py", "render('a/b.html')")])] == [
        "static/d.css",
        "templates/a/c.html",
    ]
