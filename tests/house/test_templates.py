"""Templates: nothing in a page runs or shows without being escaped, so the content policy can stay strict."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.house.rules import Breach, assert_kept, in_each
from tests.house.tree import Source, texts

INLINE = re.compile(r"<script(?![^>]*(?:\bsrc=|application/json))|\son[a-z]+=[\"']|javascript:", re.IGNORECASE)
UNESCAPED = re.compile(r"\|\s*safe\b|{%\s*autoescape off")


def inline_code(source: Source) -> Iterator[Breach]:
    for line, found in source.find(INLINE):
        yield Breach.at(source, line, found[0].strip(), name=source.path)


def unescaped(source: Source) -> Iterator[Breach]:
    for line, found in source.find(UNESCAPED):
        yield Breach.at(source, line, found[0], name=source.path)


def templates() -> list[Source]:
    """Of pages and of mails in HTML; a mail in plain text has nothing to escape."""
    return [source for source in texts() if source.top == "templates" and source.path.endswith(".html")]


def test_no_template_holds_a_script():
    assert_kept(
        "inline-code", in_each(templates(), inline_code), cure="put it into static/js and bind it by a data attribute"
    )


def test_every_template_escapes():
    assert_kept("unescaped", in_each(templates(), unescaped), cure="build the markup with format_html")


def test_script_in_a_template_is_found():
    data = '<script src="a.js"></script>\n<script type="application/json">{}</script>\n'
    code = '<script>go()</script>\n<a onclick="go()">\n<a href="javascript:go()">\n'

    assert [one.place for one in inline_code(Source("a.html", data + code))] == ["a.html:3", "a.html:4", "a.html:5"]


def test_unescaped_output_is_found():
    text = "{{ text }}\n{{ text|safe }}\n{% autoescape off %}\n{{ text|safeguard }}\n"

    assert [one.place for one in unescaped(Source("a.html", text))] == ["a.html:2", "a.html:3"]
