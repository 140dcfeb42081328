"""Documentation: complete where it lists things, found from the README, and its links lead somewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from tests.house.rules import Breach, assert_kept
from tests.house.tree import Source, pages, paths, product, texts

INPUTS = ("requirements.in", "requirements-bootstrap.in", "requirements-dev.in")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def text_of(path: str) -> str:
    return next(source.text for source in texts() if source.path == path)


def required_packages(text: str) -> list[str]:
    """Of a requirements file, each without its extras and versions."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [re.split(r"[\[<>=!~; ]", line)[0] for line in lines if line and not line.startswith("-")]


def explained_packages(page: str) -> list[str]:
    """Those with a line of reason in the tables of a page."""
    return [name for name in re.findall(r"^\| ([a-z0-9-]+) \| [^\s|]", page, re.MULTILINE) if name != "package"]


def links_of(page: Source) -> Iterator[tuple[int, str, str]]:
    """Line, file and heading of each link within the checkout."""
    for number, line in enumerate(page.lines, 1):
        for target in LINK.findall(line):
            if "://" not in target and not target.startswith("mailto:"):
                file, _, heading = target.partition("#")
                near = posixpath.join(posixpath.dirname(page.path), file or posixpath.basename(page.path))
                yield number, posixpath.normpath(near), heading


def broken_links(linking: Collection[Source], files: Collection[str]) -> Iterator[Breach]:
    headings = {page.path: {anchor(text) for text in HEADING.findall(page.text)} for page in linking}
    for page in linking:
        for number, file, heading in links_of(page):
            if file not in files and not any(one.startswith(f"{file}/") for one in files):
                yield Breach.at(page, number, f"there is no {file}")
            elif heading and heading not in headings.get(file, {heading}):
                yield Breach.at(page, number, f"{file} has no heading #{heading}")


def anchor(heading: str) -> str:
    """As a link names a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


def lost_pages(linking: Collection[Source], files: Collection[str]) -> Iterator[Breach]:
    """Pages, and all under docs, that no chain of links from the README reaches."""
    links = {page.path: {file for _, file, _ in links_of(page)} for page in linking}
    wanted = {file for file in files if file.endswith(".md") or file.startswith("docs/")}
    for file in sorted(wanted - reached("README.md", links, files)):
        yield Breach(file, file, "no page leads to it")


def reached(start: str, links: Mapping[str, Collection[str]], files: Collection[str]) -> set[str]:
    """A link to a folder reaches the files in it."""
    found, ahead = set[str](), {start}
    while ahead:
        found |= ahead
        linked = {file for page in ahead for file in links.get(page, ())}
        ahead = (linked | {file for file in files if posixpath.dirname(file) in linked}) - found
    return found


def settings_read(sources: Iterable[Source]) -> Mapping[str, Breach]:
    """Environment variables that the settings read, each with its place."""
    found: dict[str, Breach] = {}
    for source in (one for one in sources if "/settings/" in one.path):
        for name in re.finditer(r"""\benv(?:\.\w+)?\(\s*"([A-Z][A-Z_]+)\"""", source.text):
            line = source.text.count("\n", 0, name.start()) + 1
            found.setdefault(name[1], Breach.at(source, line, f"{name[1]} is not explained", name=name[1]))
    return found


def command_names(files: Iterable[str]) -> set[str]:
    """Of the ``manage.py`` commands."""
    found = re.compile(r"/management/commands/([a-z]\w*)\.py$")
    return {match[1] for match in map(found.search, files) if match}


def unnamed(wanted: Iterable[str], program: str) -> Iterator[Breach]:
    """Which of these no page names as what is typed: ``manage.py sync``, ``make test``."""
    written = "\n".join(page.text for page in pages())
    for name in sorted(wanted):
        if not re.search(rf"\b(?:{program}) {name}\b", written):
            yield Breach(name, name, "no page names it")


def test_every_direct_dependency_has_its_reason():
    required = [name for file in INPUTS for name in required_packages(text_of(file))]

    assert sorted(explained_packages(text_of("docs/dependencies.md"))) == sorted(required), (
        "docs/dependencies.md: one line for each direct dependency, with its reason"
    )


def test_every_command_is_named():
    cure = "say in README, docs/user-guide.md or docs/operations.md what it is for"
    commands = command_names(paths())

    assert "sync" in commands
    assert_kept("commands", unnamed(commands, r"manage\.py|make"), cure=cure)


def test_every_target_of_make_is_named():
    targets = re.findall(r"^([a-z-]+):.*## ", text_of("Makefile"), re.MULTILINE)

    assert "test" in targets
    assert_kept("make-targets", unnamed(targets, "make"), cure="say in the README what it is for")


def test_every_setting_is_explained():
    cure = "say in docs/operations.md what it does, and what counts without it"
    explained, read = text_of("docs/operations.md"), settings_read(product())
    missing = [breach for name, breach in read.items() if f"`{name}`" not in explained]

    assert "DATABASE_URL" in read
    assert_kept("settings", missing, cure=cure, excused=1)


def test_links_lead_somewhere():
    assert_kept("links", broken_links(pages(), paths()), cure="link to a file and a heading that are there")


def test_every_page_is_found_from_the_readme():
    assert_kept(
        "lost-pages", lost_pages(pages(), paths()), cure="link it from the README or from the page it belongs to"
    )


def test_requirements_are_read_without_versions():
    text = "# why\n-r other.in\ndjango>=5.2,<5.3\ndjango-allauth[mfa]  # sign-in\n\nuv\n"

    assert required_packages(text) == ["django", "django-allauth", "uv"]


def test_reasons_are_read_from_tables():
    assert explained_packages("| package | why |\n|---|---|\n| uv | quick |\n| redis | |\n") == ["uv"]


def test_broken_link_is_found():
    there = Source(
        "docs/a.md", "# The first part\n[up](../README.md) [b](b.md) [itself](#the-first-part) [no](#part)\n"
    )
    files = {"README.md", "docs/a.md", "docs/adr/0001.md"}
    readme = Source("README.md", "[a](docs/a.md#the-first-part)\n[adr](docs/adr/) [web](https://example.com)\n")

    assert [(one.place, one.what) for one in broken_links([there, readme], files)] == [
        ("docs/a.md:2", "there is no docs/b.md"),
        ("docs/a.md:2", "docs/a.md has no heading #part"),
    ]


def test_lost_page_is_found():
    files = {"README.md", "docs/a.md", "docs/b.md", "docs/adr/1.md", "docs/c.png", "x/README.md", "x/y.py"}
    linking = [Source("README.md", "[a](docs/a.md) [all](docs/adr/)"), Source("docs/a.md", "![c](c.png)")]

    assert [one.name for one in lost_pages(linking, files)] == ["docs/b.md", "x/README.md"]


def test_setting_and_command_are_found():
    settings = Source("shop/settings/__init__.py", 'A = 1\nDEBUG = env.bool("DEBUG")\nX = env(\n    "SOME_NAME")\n')

    assert {name: one.place for name, one in settings_read([settings]).items()} == {
        "DEBUG": "shop/settings/__init__.py:2",
        "SOME_NAME": "shop/settings/__init__.py:3",
    }
    assert command_names(["a/management/commands/sync.py", "a/management/commands/__init__.py", "a/sync.py"]) == {
        "sync"
    }
    assert [one.name for one in unnamed(["sync", "sing"], r"manage\.py")] == ["sing"]
