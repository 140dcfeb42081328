"""The project speaks of itself alone: of no machine, no registry, no person and no host but those it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.house.rules import Breach, assert_kept, in_each
from tests.house.tree import Source, texts

URL_HOST = re.compile(r"[a-z]://(?:[^\s/@\"'`]*@)?([A-Za-z0-9.-]*[A-Za-z0-9])")
MAIL_HOST = re.compile(r"(?<=[\w.+-])@([\w-]+(?:\.[\w-]+)+)")
SAMPLE = re.compile(
    r"(?:^|\.)(?:example(?:\.com|\.org|\.net)?|invalid|test|localhost)$|^127\.0\.0\.1$|^[^.]+$", re.IGNORECASE
)
VENDORS = re.compile(r"(?:^|\.)(?:syncromsp\.com|prismportal\.online|crayon\.com)$", re.IGNORECASE)
REGISTRY = re.compile(r"pypi\.\w|pythonhosted|npmjs|ghcr\.io|quay\.io|(?<!emit-)index-url|find-links", re.IGNORECASE)
MACHINE = re.compile(r"(?<![\w.}/~*)-])/(?:root|home|Users|work|workspace|tmp|private|mnt|opt|srv)\b(?:/[\w.-]+)*")


def strange_hosts(source: Source) -> Iterator[Breach]:
    for line, found in [*source.find(URL_HOST), *source.find(MAIL_HOST)]:
        if not SAMPLE.search(found[1]) and not VENDORS.search(found[1]):
            yield Breach.at(source, line, found[1], name=found[1])


def registries(source: Source) -> Iterator[Breach]:
    for line, found in source.find(REGISTRY):
        yield Breach.at(source, line, found[0], name=source.path)


def machine_paths(source: Source) -> Iterator[Breach]:
    for line, found in source.find(MACHINE):
        yield Breach.at(source, line, found[0], name=source.path)


def checked() -> list[Source]:
    """All but this file, which must name what it looks for."""
    return [source for source in texts() if source.path != "tests/house/test_alone.py"]


def test_hosts_are_samples_or_those_of_the_vendors():
    cure = "use example.com or something.example, which belong to nobody"
    assert_kept("hosts", in_each(checked(), strange_hosts), cure=cure, excused=5)


def test_no_registry_is_named():
    cure = "leave it to the machine's own settings; make lock writes lock files without hosts"
    assert_kept("registries", in_each(checked(), registries), cure=cure)


def test_no_path_of_a_machine_is_named():
    cure = "take the place from the environment or the checkout"
    assert_kept("machine-paths", in_each(checked(), machine_paths), cure=cure, excused=7)


def test_strange_host_is_found():
    text = (
        "https://api.acme.example/v1 http://127.0.0.1:8000 redis://valkey:6379/0 mail@northwind.example\n"
        "https://acme.syncromsp.com/api postgres://user:word@db.example.com/name\n"
        "see https://intranet.corp.com/page\nwrite to jane@corp.com\n"
    )

    assert [one.name for one in strange_hosts(Source("a.md", text))] == ["intranet.corp.com", "corp.com"]


def test_registry_is_found():
    # In two halves, so that this file names none.
    text = f"pip install --{'index'}-url https://mirror.example\nfiles.{'python'}hosted.org\npip install uv\n"

    assert [one.place for one in registries(Source("a.txt", text))] == ["a.txt:1", "a.txt:2"]


def test_path_of_a_machine_is_found():
    text = "cd /home/jane/shop\nopen('/mnt/x.csv')\nvar/tmp/x ~/work https://a.example/root ${X}/opt a/work\n/root\n"

    assert [one.what for one in machine_paths(Source("a.md", text))] == ["/home/jane/shop", "/mnt/x.csv", "/root"]
