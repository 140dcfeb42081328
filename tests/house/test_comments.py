"""Comments: they say why, at the place, without sending the reader elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.house.rules import Breach, assert_kept, in_each
from tests.house.tree import Source, python, texts

SUPPRESSION = re.compile(r"# (?:noqa(?!: E501$)|nosec|type: ignore|complexipy: ignore|pragma)\b.*", re.MULTILINE)
REASON = re.compile(r"# (?!noqa|nosec|type: ignore|complexipy|pragma|fmt)\S.*")
NUMBER = re.compile(r"(?:^|[ \t])#(?:\d+\b|.*?(?:\W#|\b(?:issue|ticket|PR) )\d+\b)", re.IGNORECASE | re.MULTILINE)
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b")  # in brackets, so that it does not find itself


def unexplained(source: Source) -> Iterator[Breach]:
    """A check switched off for a line whose comment gives no reason; that a line is long can be seen."""
    for line, found in source.find(SUPPRESSION):
        if not REASON.search(source.lines[line - 1]):
            yield Breach.at(source, line, found[0], name=source.path)


def numbered(source: Source) -> Iterator[Breach]:
    for line, found in source.find(NUMBER):
        yield Breach.at(source, line, found[0].strip())


def unfinished(source: Source) -> Iterator[Breach]:
    for line, found in source.find(UNFINISHED):
        yield Breach.at(source, line, found[0])


def test_check_is_switched_off_with_a_reason():
    cure = "make the check pass, or say in a second comment on the line why it cannot"
    assert_kept("unexplained-suppressions", in_each(python(), unexplained), cure=cure, excused=1)


def test_no_comment_sends_the_reader_to_a_tracker():
    assert_kept(
        "issue-numbers", in_each(python(), numbered), cure="say the reason itself; the tracker is not in the checkout"
    )


def test_nothing_is_marked_as_unfinished():
    assert_kept("unfinished", in_each(texts(), unfinished), cure="finish it, or write it down where work is planned")


def test_unexplained_suppression_is_found():
    silent = "a = 1  % noqa: S311\nb = 2  % type: ignore[arg-type]  % nosec\n"
    told = "c = 3  % noqa: S311  % jitter\nd = 4  % noqa: E501\n"
    found = unexplained(Source("a.py", (silent + told).replace("%", "#")))

    assert [one.place for one in found] == ["a.py:1", "a.py:2"]


def test_number_of_an_issue_is_found():
    text = 'd = "%123"  % colour\ne = "%,%%0.00"\na = 1  % see %12\nb = 2  % as issue 7 says\n%34: c\n'
    found = numbered(Source("a.py", text.replace("%", "#")))

    assert [one.place for one in found] == ["a.py:3", "a.py:4", "a.py:5"]


def test_unfinished_work_is_found():
    assert [one.place for one in unfinished(Source("a.py", f"x = 1  # {'todo'.upper()}: more\ntodo = 2\n"))] == [
        "a.py:1"
    ]
