"""Turn what the models found wrong into problems at a place of the file."""

from __future__ import annotations

import types
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Union, get_args, get_origin

from pydantic import AliasChoices, BaseModel, ValidationError
from pydantic.fields import FieldInfo

from billingsync.configuration.document import Document, Path
from billingsync.configuration.problems import FileProblem, did_you_mean
from billingsync.configuration.shape import CUSTOMER_KEYS, FileShape

EXPECTED = {
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list: [a, b], or one entry per line beginning with “- ”",
    "model_type": "must be a group of keys",
    "dict_type": "must be a group of keys",
    "int_type": "must be a whole number",
}


def problems_of(document: Document, error: ValidationError) -> list[FileProblem]:
    """One problem per finding of the models, without ever quoting a value that could be a secret."""
    return [_problem(document, one) for one in error.errors(include_url=False, include_input=True)]


def _problem(document: Document, one: Any) -> FileProblem:
    path: Path = tuple(one["loc"])
    name = next((str(part) for part in reversed(path) if isinstance(part, str)), "the file")
    match one["type"]:
        case "extra_forbidden" if name in CUSTOMER_KEYS and path[0] == "mappings":
            return document.problem(path, f"{_same_thing()} say the same. Keep one.", key=True)
        case "extra_forbidden":
            return document.problem(path, f"“{name}” is unknown here. {_near(path, name)}".rstrip(), key=True)
        case "missing":
            return document.problem(path[:-1], f"“{name}” is missing.")
        case "literal_error" | "enum":
            return document.problem(path, _wrong_word(name, one["input"], _choices(path)))
        case "value_error":
            return document.problem(path, f"“{name}”: {one['ctx']['error']}.")
    return document.problem(path, f"“{name}” {EXPECTED.get(one['type'], one['msg'].lower())}.")


def _wrong_word(name: str, word: object, choices: list[str]) -> str:
    if not isinstance(word, str):
        return f"“{name}” must be one of: {', '.join(choices)}."
    return f"“{name}” cannot be “{word[:40]}”. {did_you_mean(word, choices)}"


def _near(path: Path, name: str) -> str:
    model = _model_at(path[:-1])
    return did_you_mean(name, [key for field in model.model_fields.items() for key in _keys(*field)]) if model else ""


def _keys(name: str, field: FieldInfo) -> list[str]:
    """The words under which a field may stand in the file."""
    alias = field.validation_alias
    return [str(key) for key in alias.choices] if isinstance(alias, AliasChoices) else [name]


def _same_thing() -> str:
    return " and ".join(f"“{key}”" for key in CUSTOMER_KEYS)


def _choices(path: Path) -> list[str]:
    names = [part for part in path if isinstance(part, str)]
    model = _model_at(path[: path.index(names[-1])])
    annotation = model.model_fields[names[-1]].annotation if model else None
    return [word for word in _leaves(annotation) if isinstance(word, str)]


def _model_at(path: Iterable[str | int]) -> type[BaseModel] | None:
    model: type[BaseModel] | None = FileShape
    for name in (part for part in path if isinstance(part, str)):
        model = _model_in(model.model_fields.get(name)) if model else None
    return model


def _model_in(field: FieldInfo | None) -> type[BaseModel] | None:
    """The model that a field holds, in a list or beside None too."""
    types_in_it = (leaf for leaf in _leaves(field.annotation) if isinstance(leaf, type)) if field else ()
    return next((leaf for leaf in types_in_it if issubclass(leaf, BaseModel)), None)


def _leaves(annotation: Any) -> Iterable[Any]:
    """Types and literal words inside an annotation."""
    if get_origin(annotation) in {Union, types.UnionType, list} or get_args(annotation):
        for inner in get_args(annotation):
            yield from _leaves(inner)
    elif isinstance(annotation, type) and issubclass(annotation, StrEnum):
        yield from annotation
    else:
        yield annotation
