"""Read YAML into plain data, remembering where everything stands.

Only mappings, lists and scalars: no tags, no anchors (a few bytes of which can grow into gigabytes),
no key twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from billingsync.configuration.problems import ConfigurationInvalid, FileProblem, Place

MOST_BYTES = 2_000_000
DEEPEST = 20

Path = tuple[str | int, ...]


class WrittenInt(int):
    """A whole number that remembers how it was written: ``0123`` and ``15:30`` are texts, too."""

    written: str


@dataclass(slots=True)
class Document:
    """The file's data, with the place of each value and of each key."""

    file: str
    data: Any
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Where the value (or the key) of that path stands; of its nearest parent if it is not there."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(1, 1))

    def problem(self, path: Path, text: str, *, key: bool = False) -> FileProblem:
        """A problem at that path."""
        return FileProblem(self.place(path, key=key), text)


def read_document(file: str, content: bytes) -> Document:
    """Parse a file's bytes; raises ``ConfigurationInvalid`` naming line and column."""
    text = _decode(file, content)
    try:
        _refuse_dangerous(file, text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ConfigurationInvalid(file, [_syntax_problem(error)]) from None
    if not isinstance(root, yaml.MappingNode):
        raise ConfigurationInvalid(
            file, [FileProblem(Place(1, 1), "The file must begin with keys such as “partner:”.")]
        )
    document = Document(file=file, data=None)
    problems: list[FileProblem] = []
    document.data = _convert(root, (), document, problems)
    if problems:
        raise ConfigurationInvalid(file, problems)
    return document


def _decode(file: str, content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise ConfigurationInvalid(file, [FileProblem(Place(1, 1), f"The file is larger than {MOST_BYTES:,} bytes.")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationInvalid(
            file, [FileProblem(Place(line, 1), "This is not UTF-8. Save the file as UTF-8.")]
        ) from None


def _refuse_dangerous(file: str, text: str) -> None:
    """Look at the events before anything is built of them."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        trouble = ""
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            trouble = "Anchors are not allowed. Write it out."
        elif getattr(event, "tag", None):
            trouble = "Tags are not allowed. Leave out what begins with “!”."
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            trouble = "This is nested too deeply."
        if trouble:
            raise ConfigurationInvalid(file, [FileProblem(_place(event.start_mark), trouble)])


def _convert(node: yaml.Node, path: Path, document: Document, problems: list[FileProblem]) -> Any:
    document.values[path] = _place(node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, path, document, problems))
    if isinstance(node, yaml.SequenceNode):
        return [_convert(item, (*path, index), document, problems) for index, item in enumerate(node.value)]
    value = _scalar(node)
    if value is None:
        name = next((part for part in reversed(path) if isinstance(part, str)), "the file")
        problems.append(document.problem(path, f"“{name}” is empty. Fill it in, or leave the key out.", key=True))
    return value


def _pairs(
    node: yaml.MappingNode, path: Path, document: Document, problems: list[FileProblem]
) -> Iterator[tuple[str, Any]]:
    seen: dict[str, Place] = {}
    for key_node, value_node in node.value:
        place = _place(key_node.start_mark)
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(FileProblem(place, "A key must be a plain word."))
            continue
        key = key_node.value
        if key in seen:
            problems.append(FileProblem(place, f"“{key}” stands twice, first in line {seen[key].line}. Keep one."))
            continue
        seen[key] = document.keys[(*path, key)] = place
        yield key, _convert(value_node, (*path, key), document, problems)


def _scalar(node: yaml.Node) -> Any:
    tag, written = node.tag.rpartition(":")[2], node.value
    if tag == "null":
        return None
    if tag == "bool":
        return yaml.SafeLoader.bool_values[written.lower()]
    if tag == "int":
        number = WrittenInt(_whole_number(written))
        number.written = written
        return number
    return written


def _whole_number(written: str) -> int:
    try:
        return int(written.replace("_", ""))
    except ValueError:
        return 0  # octal, hexadecimal or sexagesimal: only its text is of use


def _place(mark: Any) -> Place:
    # PyYAML has two kinds of marks, one of them from its C extension.
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _syntax_problem(error: yaml.YAMLError) -> FileProblem:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return FileProblem(_place(mark), f"This is not readable as YAML: {error.problem or error.context}.")
    return FileProblem(Place(1, 1), "This is not readable as YAML: it holds a character that text cannot have.")
