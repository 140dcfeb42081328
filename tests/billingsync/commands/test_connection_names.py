"""A configuration file speaks of a connection by the partner's own name for it, or by its system."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.services import find_partner
from connections.models import Connection
from core.models import AuditEntry
from core.scope import partner_scope
from programs.models import Program
from tests.billingsync.commands.conftest import Outcome
from tests.billingsync.commands.files import HEAD

Configure = Callable[[str], Outcome]

NAMED = (
    HEAD.replace("{system: prism", "{name: west, system: prism")
    .replace("{system: syncro", "{name: books, system: syncro")
    .replace("source: prism", "source: west")
    .replace("target: syncro", "target: books")
)


def partner_id() -> int:
    found = find_partner("northwind")
    assert found is not None
    return found


def test_program_names_its_connections(configure: Configure) -> None:
    outcome = configure(NAMED)

    assert outcome.code == 0
    assert "PRISM is called west" in outcome.told
    with partner_scope(partner_id()):
        program = Program.objects.select_related("source", "target").get()
        assert (program.source.system, program.target.system) == ("prism", "syncro")
        assert dict(Connection.objects.values_list("system", "name")) == {"prism": "west", "syncro": "books"}
        assert AuditEntry.objects.filter(action="connection.named").count() == 2
    assert "Nothing changed." in configure(NAMED).told


def test_name_is_known_to_a_later_file_and_the_system_still_is(configure: Configure) -> None:
    configure(NAMED)
    later = "partner: {slug: northwind}\nprograms:\n  - {program: microsoft-csp, source: %s, target: %s, %s}\n"

    assert "mail every run" in configure(later % ("west", "books", "mail_every_run: true")).told
    assert "mail every run" in configure(later % ("prism", "syncro", "mail_every_run: false")).told
    with partner_scope(partner_id()):
        assert Program.objects.count() == 1
        assert set(Connection.objects.values_list("name", flat=True)) == {"west", "books"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("source: west", "source: wset", "9:13: There is no source “wset”. Did you mean “west”?"),
        ("source: west", "source: books", "9:13: There is no source “books”."),
        ("name: books", "name: west", "6:5: This name stands twice, first in line 5. Keep one."),
        ("name: books", "name: prism", "6:12: “prism” is the name of a system. Choose another one."),
        ("name: books", "name: my books", "letters, digits, - and _ only"),
    ],
)
def test_name_that_means_nothing_is_told_with_its_place(configure: Configure, old: str, new: str, told: str) -> None:
    outcome = configure(NAMED.replace(old, new))

    assert outcome.code == 2
    assert told in outcome.told


def test_name_belongs_to_one_connection(configure: Configure) -> None:
    configure(NAMED)

    outcome = configure(HEAD.replace("{system: syncro", "{name: west, system: syncro"))

    assert outcome.code == 2
    assert "“west” is the PRISM connection already. Choose another name." in outcome.told
