"""What is wrong with a configuration file: where, what, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and column of the file, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class FileProblem:
    """One thing that is wrong; ``text`` ends with what to do."""

    place: Place
    text: str


class ConfigurationInvalid(Exception):
    """The file cannot be applied; nothing was changed. All problems found are in ``problems``."""

    def __init__(self, file: str, problems: Collection[FileProblem]) -> None:
        self.file = file
        self.problems = sorted(set(problems))
        super().__init__("\n".join(f"{file}:{one.place.line}:{one.place.column}: {one.text}" for one in self.problems))


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A sentence that helps with a wrong word: the nearest known one, or all of them."""
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean “{near[0]}”?"
    return f"Use one of: {', '.join(known)}." if known else ""
