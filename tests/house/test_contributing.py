"""For who comes next: the table of what to edit, the reading path and the table of contracts say what is so."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import Resolver404, resolve

from tests.house.test_document_paths import files, find_path, text_of

PAGE = "CONTRIBUTING.md"
MUST_HAVE = ("a motion", "a vendor", "a mail", "a screen", "a command", "a column", "a rule of the plan")
TEN_MINUTES = 2_100  # words


@dataclass(frozen=True)
class ChangeRow:
    """One line of the table; what stands in backticks in each cell."""

    what: str
    edit: tuple[str, ...]
    test: tuple[str, ...]
    see: tuple[str, ...]


def change_map(text: str) -> list[ChangeRow]:
    """The rows of the table that begins with "to change"."""
    table = text.partition("| to change |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in table)
    return [ChangeRow(what, *(tuple(re.findall(r"`([^`]+)`", cell)) for cell in rest)) for what, *rest in cells]


def lost_places(row: ChangeRow) -> Iterator[str]:
    """What a row names that is not there."""
    for name in row.edit + row.test:
        if ("/" in name or "." in name) and not find_path(name, PAGE):
            yield f"{row.what}: there is no {name}"
    if not any("/" in name for name in row.edit):
        yield f"{row.what}: no path to edit"
    if not row.test or not all(name.startswith("tests/") for name in row.test):
        yield f"{row.what}: its tests are not under tests/"
    yield from (f"{row.what}: {seen} shows nothing" for seen in row.see if not can_be_seen(seen))


def can_be_seen(place: str) -> bool:
    """A target of make, a command, or an address of the portal."""
    program, _, words = place.partition(" ")
    name = words.partition(" ")[0]
    if program == "make":
        return re.search(rf"^{name}:", text_of("Makefile"), re.MULTILINE) is not None
    if program == "manage.py":
        return f"billingsync/management/commands/{name}.py" in files()
    try:
        return bool(resolve(place))
    except Resolver404:
        return False


def contracts() -> list[Mapping[str, Any]]:
    """Of the import linter."""
    found: list[Mapping[str, Any]] = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    return found


def stated_orders(text: str) -> dict[str, str]:
    """The table of contracts: by name, what is said of each."""
    table = text.partition("| contract |")[2].partition("\n\n")[0].splitlines()[2:]
    return dict(tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table)


def test_every_change_leads_somewhere():
    rows = change_map(text_of(PAGE))
    lost = [place for row in rows for place in lost_places(row)]

    assert lost == [], f"{PAGE}: name where it is now"
    assert [wanted for wanted in MUST_HAVE if not any(row.what.startswith(wanted) for row in rows)] == []
    assert [row.what for row in rows if not row.see] == []


def test_row_that_leads_nowhere_is_found():
    text = (
        "| to change | edit | test | see it there |\n|---|---|---|---|\n"
        "| a mail | `notifications/outbox.py` | `tests/notifications/test_outbox.py` | `/p/northwind/messages/` |\n"
        "| a cup | the `cups/tea.py` | `sandbox/story.py` | `make tea`, `manage.py tea`, `/p/northwind/tea/` |\n\n| x |"
    )

    assert [place for row in change_map(text) for place in lost_places(row)] == [
        "a cup: there is no cups/tea.py",
        "a cup: its tests are not under tests/",
        "a cup: make tea shows nothing",
        "a cup: manage.py tea shows nothing",
        "a cup: /p/northwind/tea/ shows nothing",
    ]


def test_reading_path_is_four_pages_of_ten_minutes():
    path = re.findall(r"^\d\. \[[^\]]+\]\(([^)]+)\)", text_of("docs/README.md"), re.MULTILINE)
    words = {page: len(text_of(find_path(page, "docs/README.md")).split()) for page in path}

    assert len(path) == 4
    assert {page: count for page, count in words.items() if count > TEN_MINUTES} == {}, "split it, or link a section"


def test_order_of_imports_is_written_down():
    stated = stated_orders(text_of("docs/architecture.md"))
    layers = {one["name"]: " > ".join(one["layers"]).replace(" |", ",") for one in contracts() if "layers" in one}

    assert list(stated) == [one["name"] for one in contracts()], "docs/architecture.md: one row for each contract"
    assert {name: stated[name] for name in layers} == layers, "docs/architecture.md: the order of pyproject.toml"
