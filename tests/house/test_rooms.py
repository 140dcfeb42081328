"""Where things stand: no folder is a heap, and a room of the portal has its templates to itself."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from devservers.places import CHECKOUT

MOST_MODULES = 25
NOT_THE_PRODUCT = {"bench", "chaos", "rehearsal", "sandbox", "stubs", "tests"}
TEMPLATES = CHECKOUT / "templates"
PORTAL, PAGES = CHECKOUT / "portal", TEMPLATES / "portal"
FOR_ALL = {"kit", "frame"}  # rooms whose templates every page may use
NO_ROOM = {"templatetags": "Django looks for template tags there"}
LOOKED_UP = {  # templates outside of the rooms, each with who looks for it there by its name
    "403.html": "Django, where somebody may not",
    "403_csrf.html": "Django, where a form's token is missing",
    "404.html": "Django, where there is no such page",
    "500.html": "Django, where a page broke",
    "account": "allauth: sign-in, password, addresses",
    "allauth": "allauth: what all of its pages are made of",
    "django": "Django: a field of a form",
    "mfa": "allauth: the second factor",
    "usersessions": "allauth: where somebody is signed in",
}
_NAMED = re.compile(r"""["'](portal/[\w/]+\.(?:html|txt))["']""")


def product_modules() -> Iterator[Path]:
    for folder in CHECKOUT.iterdir():
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in {*NOT_THE_PRODUCT, "var"}:
            yield from folder.rglob("*.py")


def templates_of_rooms() -> list[str]:
    return [str(path.relative_to(TEMPLATES)) for path in PAGES.rglob("*.*")]


def namers_of_templates() -> dict[str, set[Path]]:
    """By template of the portal, the files that name it, from the top of the checkout."""
    namers: dict[str, set[Path]] = defaultdict(set)
    for file in [*product_modules(), *TEMPLATES.rglob("*.*")]:
        for name in _NAMED.findall(file.read_text(encoding="utf-8")):
            namers[name].add(file.relative_to(CHECKOUT))
    return namers


def room_of(file: Path) -> str:
    """The room that a module or a template belongs to; "" outside of all."""
    parts = file.parts[1:] if file.parts[0] == "templates" else file.parts
    return parts[1] if parts[0] == "portal" and len(parts) > 2 else ""


def test_no_folder_is_a_heap() -> None:
    sizes = Counter(path.parent for path in product_modules() if path.parent.name != "migrations")

    heaps = {str(folder.relative_to(CHECKOUT)): size for folder, size in sizes.items() if size > MOST_MODULES}

    assert heaps == {}, f"More than {MOST_MODULES} modules in one folder: split it by concept."


def test_each_room_has_its_templates_and_no_template_is_without_a_room() -> None:
    rooms = {path.parent.name for path in PORTAL.glob("*/__init__.py")} - set(NO_ROOM)
    folders = {path.name for path in PAGES.iterdir()}

    assert folders == rooms, "templates/portal/<room>/ and portal/<room>/ go together."


def test_templates_outside_of_the_rooms_are_those_that_a_library_looks_for() -> None:
    outside = {path.name for path in TEMPLATES.iterdir()} - {"portal"}

    assert outside == set(LOOKED_UP), "A template of ours belongs to a room: templates/portal/<room>/."


def test_a_template_is_used_in_its_own_room() -> None:
    namers = namers_of_templates()

    elsewhere = {
        name: sorted(str(file) for file in namers[name] if room_of(file) != room)
        for name in templates_of_rooms()
        if (room := name.split("/")[1]) not in FOR_ALL
    }

    found = {name: files for name, files in elsewhere.items() if files}
    assert found == {}, "What several rooms show belongs to portal/kit."


def test_each_template_is_named_somewhere_and_each_named_one_is_there() -> None:
    assert set(namers_of_templates()) == set(templates_of_rooms()), "Remove the template, or the name of it."
