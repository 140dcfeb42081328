"""A configuration file speaks of a connection by the partner's own name for it, or by its system."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.services import find_partner
from connections.models import Connection
from core.models import AuditEntry
from core.scope import partner_scope
from customers.models import Mapping
from programs.models import Program
from tests.billingsync.commands.conftest import Outcome
from tests.billingsync.commands.files import HEAD, entry
from tests.onboarding import Vendors

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


SECOND_SOURCE = "  - {name: east, system: prism, client_id: northwind-client, client_secret_env: PRISM_SECRET}\n"
SECOND_PROGRAM = "  - {program: microsoft-csp, source: east, target: books, enabled: true}\n"
BOTH = NAMED.replace("programs:\n", SECOND_SOURCE + "programs:\n") + SECOND_PROGRAM


def connections() -> set[tuple[str, str]]:
    with partner_scope(partner_id()):
        return set(Connection.objects.values_list("system", "name"))


def mapped_to(vendors: Vendors, **more: str) -> str:
    one, *_ = vendors.mapping()
    told = entry(
        customer=f'"{one["customer"]}"', motion=one["motion"], syncro_customer=one["syncro_customer"],
        invoice_template=one["invoice_template"], **more,
    )  # fmt: skip
    return f"mappings:\n{told}"


def test_two_connections_of_one_system_have_a_program_each_on_one_target(configure: Configure) -> None:
    outcome = configure(BOTH)

    assert outcome.code == 0, outcome.told
    assert connections() == {("prism", "west"), ("prism", "east"), ("syncro", "books")}
    with partner_scope(partner_id()):
        routes = Program.objects.order_by("pk").values_list("source__name", "target__name")
        assert list(routes) == [("west", "books"), ("east", "books")]
    assert "Nothing changed." in configure(BOTH).told


def test_second_connection_leaves_the_first_and_its_program_alone(configure: Configure) -> None:
    configure(HEAD)
    first = HEAD.partition("connections:")[0] + f"connections:\n{SECOND_SOURCE}"

    outcome = configure(
        first.replace("{name: east, system: prism", "{system: prism, currency: EUR}\n  - {name: east, system: prism")
    )

    assert outcome.code == 0, outcome.told
    assert connections() == {("prism", ""), ("prism", "east"), ("syncro", "")}
    with partner_scope(partner_id()):
        assert Program.objects.get().source.name == ""
        assert list(Connection.objects.filter(system="prism").order_by("pk").values_list("currency", flat=True)) == [
            "EUR",
            "",
        ]


def test_connection_without_a_name_takes_the_first_that_the_file_has_for_its_system(configure: Configure) -> None:
    configure(HEAD)
    with partner_scope(partner_id()):
        before = Connection.objects.get(system="prism").pk

    assert configure(BOTH).code == 0

    with partner_scope(partner_id()):
        assert Connection.objects.get(name="west").pk == before
        assert Program.objects.get(source__name="west").source_id == before


def test_mapping_says_which_program_it_is_of(configure: Configure, vendors: Vendors) -> None:
    assert configure(BOTH + mapped_to(vendors, source="east")).code == 0

    with partner_scope(partner_id()):
        mapping = Mapping.objects.select_related("program__source", "customer__source").get()
        assert (mapping.program.source.name, mapping.customer.source.name) == ("east", "east")
    assert "Nothing changed." in configure(BOTH + mapped_to(vendors, source="east")).told
    assert configure(BOTH + mapped_to(vendors, source="west")).code == 0
    with partner_scope(partner_id()):
        assert set(Mapping.objects.values_list("program__source__name", flat=True)) == {"east", "west"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("source: east", "source: prism", "17:38: “prism” means 2 connections: west, east. Write the name of one."),
        ("name: east, ", "", "7:5: “name” is missing: this partner has several PRISM connections: west."),
        ("source: east, target: books", "source: west, target: books", "This program, source and target stands twice"),
    ],
)
def test_what_may_mean_two_connections_is_told_with_its_place(
    configure: Configure, old: str, new: str, told: str
) -> None:
    outcome = configure(BOTH.replace(old, new))

    assert outcome.code == 2
    assert told in outcome.told


def test_mapping_that_may_be_of_two_programs_is_refused(configure: Configure, vendors: Vendors) -> None:
    outcome = configure(BOTH + mapped_to(vendors))

    assert outcome.code == 2
    assert "“source” is missing: this partner has several programs of this name." in outcome.told
