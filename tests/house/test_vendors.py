"""What is special to a vendor or to a motion stands in one place, so that the next one is one place more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from connectors.registry import SYSTEMS
from money.enums import Motion
from tests.house.rules import Breach, assert_kept, exceptions, in_each
from tests.house.tree import Source, product, texts

COMING = ("cloud-?iq", "crayon", "rhipe", "halo", "pax8")  # of whom somebody may write before they are in the registry
HOME = "connectors"
MOTIONS_STAND_IN = ("money/enums.py", "billingsync/configuration/")
_NAMES = sorted({word.casefold() for each in SYSTEMS.values() for word in (each.name, each.label)})
_VENDOR = re.compile(rf"(?<![a-z])(?:{'|'.join([*map(re.escape, _NAMES), *COMING])})", re.IGNORECASE)
_MOTION = re.compile(rf"\b(?:{'|'.join(Motion)})\b")


def names_of_vendors(source: Source) -> Iterator[Breach]:
    for line, match in source.find(_VENDOR):
        yield Breach.at(source, line, f"names {match[0]}")


def literals_of_motions(source: Source) -> Iterator[Breach]:
    for line, match in source.find(_MOTION):
        yield Breach.at(source, line, f"writes {match[0]}")


def once_for_each_file(breaches: Iterable[Breach]) -> list[Breach]:
    """A file is excused as a whole; what is not excused is shown at each place."""
    known = exceptions()["vendor-names"]
    return list({one.name if one.name in known else one.place: one for one in breaches}.values())


def above_connectors() -> Iterable[Source]:
    """The product's code and what its people read, but the vendors themselves."""
    yield from (one for one in product() if one.top != HOME)
    yield from (one for one in texts() if one.top == "templates" or one.path.endswith("chapters.yaml"))


def test_no_vendor_is_named_above_the_connectors():
    found = in_each(above_connectors(), names_of_vendors)
    cure = (
        "put what is special on the vendor's definition (connectors/definition.py) and ask that; in a sentence use the"
        " label of the connection, in a comment say source or target"
    )
    assert_kept("vendor-names", once_for_each_file(found), cure=cure, excused=1)


def test_motion_is_written_as_a_literal_only_where_it_is_made():
    sources = [one for one in above_connectors() if not one.path.startswith(MOTIONS_STAND_IN)]
    cure = "use the member of money.enums.Motion, or ask its row in money/motions.py what you want to know"
    assert_kept("motion-literals", in_each(sources, literals_of_motions), cure=cure)


def test_names_and_literals_are_found():
    text = (
        'label = "Syncro"\n# as PRISM does\nSYNCRO_URL = 1\nname = "seat_monthly"\nasynchronous = "prismatic halogen"\n'
    )
    source = Source("portal/a.py", text)

    assert [one.place for one in names_of_vendors(source)] == [f"portal/a.py:{line}" for line in (1, 2, 3, 5, 5)]
    assert [one.place for one in literals_of_motions(source)] == ["portal/a.py:4"]
