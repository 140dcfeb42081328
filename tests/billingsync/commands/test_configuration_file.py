"""What a configuration file may hold, and how its mistakes are told: line, column and cure."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingsync.configuration.document import read_document
from billingsync.configuration.fitting import read_stored
from billingsync.configuration.problems import ConfigurationInvalid
from billingsync.configuration.wishes import Wishes, read_wishes
from connectors.registry import SYSTEMS, get_target
from tests.billingsync.commands.files import HEAD, entry

SECRETS = {"NORTHWIND_PASSWORD": "a sentence", "PRISM_SECRET": "s1", "SYNCRO_TOKEN": "s2"}


def read(text: str) -> Wishes:
    return read_wishes(read_document("f.yaml", text.encode()), SECRETS)


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigurationInvalid) as invalid:
        read(text)
    return str(invalid.value).splitlines()


def test_documented_file_is_understood() -> None:
    wishes = read(
        HEAD + "mappings:\n" + entry(customer="a.example", motion="seat_monthly", syncro_customer=1, invoice_template=2)
    )
    assert wishes.connections[0].credentials == {"client_id": "northwind-client", "client_secret": "s1"}
    assert wishes.users[0].password == "a sentence"
    assert wishes.programs[0].settings.given()["products_enabled"] is True
    assert wishes.mappings[0].shape.target_customer == "1"


def test_secrets_do_not_show_in_what_was_read() -> None:
    assert "s1" not in repr(read(HEAD).connections)
    assert "a sentence" not in repr(read(HEAD).users)


@pytest.mark.parametrize(
    ("old", "new", "line", "text"),
    [
        ("role: admin", "role: admn", 3, "Did you mean “admin”?"),
        ("email: admin@northwind.example", "email: nobody", 3, "not an e-mail address"),
        ("NORTHWIND_PASSWORD", "NOT_SET", 3, "The environment variable NOT_SET is not set"),
        ("time_zone: Europe/Oslo", "time_zone: Europe/Olso", 1, "not a time zone"),
        ("currency: USD", "currency: dollars", 1, "three-letter code"),
        ("slug: northwind", "slug: north wind", 1, "letters, digits, - and _ only"),
        ("name: Northwind IT", f"name: {'x' * 201}", 1, "may have 200 characters at most"),
        ("currency: USD", "locale: klingon", 1, "must be a locale such as en_US"),
        ("system: prism", "system: prisma", 5, "Did you mean “prism”?"),
        ("client_id:", "clientid:", 5, "Did you mean “client_id”?"),
        ("client_secret_env: PRISM_SECRET", "client_secret: abc", 5, "Secrets do not belong into the file"),
        ("program: microsoft-csp", "program: microsoft-cps", 8, "Did you mean “microsoft-csp”?"),
        ("source: prism", "source: syncro", 9, "There is no source “syncro”"),
        ("    enabled: true", '    enabled: "yes"', 11, "“enabled” must be true or false"),
        ("    enabled: true", "    enabled:", 11, "“enabled” is empty"),
        ("[billing@northwind.example]", "billing@northwind.example", 12, "must be a list"),
        ("seat_annual]", "seat_yearly]", 13, "“motions” cannot be “seat_yearly”"),
        ("start: latest", "strat: latest", 13, "Did you mean “start”?"),
        ("mode: in_use", "mode: inuse", 14, "Did you mean “in_use”?"),
        ('"05:00"', '"25:00"', 15, "must be a time such as “05:00”"),
        ("users:", "user:", 2, "Did you mean “users”?"),
    ],
)
def test_mistake_is_told_with_line_and_cure(old: str, new: str, line: int, text: str) -> None:
    found = problems(HEAD.replace(old, new, 1))
    assert found[0].startswith(f"f.yaml:{line}:")
    assert text in found[0]


def test_every_mistake_is_told_at_once() -> None:
    text = HEAD.replace("role: admin", "role: admn").replace("PRISM_SECRET", "NOT_SET").replace("latest", "newest")
    assert [line.split(":")[1] for line in problems(text)] == ["3", "5", "13"]


@pytest.mark.parametrize(
    ("written", "meant"), [("05:00", (5, 0)), ("15:30", (15, 30)), ('"7:05"', (7, 5)), ("00:00", (0, 0))]
)
def test_time_may_be_written_with_or_without_quotes(written: str, meant: tuple[int, int]) -> None:
    at = read(HEAD.replace('"05:00"', written)).programs[0].settings.daily_at
    assert at is not None
    assert (at.hour, at.minute) == meant


def test_number_like_texts_stay_as_written() -> None:
    assert read(HEAD.replace("northwind-client", "0123")).connections[0].credentials["client_id"] == "0123"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("5001", "5001"),
        ('"5001"', "5001"),
        ("-12", "-12"),
        ("8c22d12a-0b17-4ed2-b612-42ea63985bef", "8c22d12a-0b17-4ed2-b612-42ea63985bef"),
    ],
)
def test_id_of_the_target_is_a_number_or_a_text(written: str, meant: str) -> None:
    mapping = entry(customer="a.example", motion="seat_monthly", target_customer=written, invoice_template=written)

    (wish,) = read(f"{HEAD}mappings:\n{mapping}").mappings

    assert (wish.shape.target_customer, wish.shape.invoice_template) == (meant, meant)


@pytest.mark.parametrize("written", ["yes", "[1]", '""', '"50 01"', f'"{"5" * 101}"'])
def test_what_cannot_be_an_id_of_the_target_is_told(written: str) -> None:
    mapping = entry(customer="a.example", motion="seat_monthly", syncro_customer=written, invoice_template=2)
    assert "“syncro_customer”" in problems(f"{HEAD}mappings:\n{mapping}")[0]


def test_customer_of_the_target_has_one_key_and_the_words_of_targets_for_it() -> None:
    mapping = {"customer": "a.example", "motion": "seat_monthly", "invoice_template": 2}
    text = (
        HEAD
        + "mappings:\n"
        + entry(**mapping, target_customer=1)
        + entry(**mapping | {"customer": "b"}, syncro_customer=3)
    )

    wishes = read(text).mappings

    assert [(wish.shape.target_customer, wish.customer_key) for wish in wishes] == [
        ("1", "target_customer"),
        ("3", "syncro_customer"),
    ]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (
            {"target_customer": 1, "syncro_customer": 1},
            "“target_customer” and “syncro_customer” say the same. Keep one.",
        ),
        ({}, "“target_customer” is missing."),
        ({"target_custmer": 1}, "Did you mean “target_customer”?"),
        ({"syncro_custmer": 1}, "Did you mean “syncro_customer”?"),
        ({"target_customer": '""'}, "“target_customer”: must be an id of Syncro, such as 5001."),
    ],
)
def test_mistake_at_the_customer_of_the_target_is_told(keys: dict[str, object], told: str) -> None:
    mapping = entry(customer="a.example", motion="seat_monthly", invoice_template=2, **keys)

    assert told in "".join(problems(f"{HEAD}mappings:\n{mapping}"))


@pytest.mark.django_db
def test_word_of_one_target_is_refused_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = replace(get_target("syncro"), name="sample", label="Sample", customer_keys=("sample_client",))
    monkeypatch.setitem(SYSTEMS, "sample", sample)
    mapping = {"customer": "a.example", "motion": "seat_monthly", "invoice_template": 2}
    head = HEAD.replace("syncro", "sample") + "mappings:\n"

    with pytest.raises(ConfigurationInvalid) as invalid:
        read_stored(read(head + entry(**mapping, syncro_customer=1)))

    assert "“syncro_customer” is not a word of Sample. Write “target_customer”." in str(invalid.value)
    read_stored(read(head + entry(**mapping, target_customer=1)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("partner: {slug: a, slug: b}", "f.yaml:1:20: “slug” stands twice, first in line 1. Keep one."),
        ("partner: &a {slug: a}\nusers: *a", "f.yaml:1:10: Anchors are not allowed. Write it out."),
        ("partner: {slug: a", "f.yaml:1:18: This is not readable as YAML"),
        ("- a\n- b", "f.yaml:1:1: The file must begin with keys"),
        ("", "f.yaml:1:1: The file must begin with keys"),
        ("users: []", "f.yaml:1:1: “partner” is missing."),
        ("partner: !!python/object:os.system {slug: a}", "f.yaml:1:10:"),
        ("partner: " + "[" * 200, "f.yaml:1:"),
        ("a: 1\n---\nb: 2", "f.yaml:2:1: This is not readable as YAML"),
        ("a: \x00", "f.yaml:1:1: This is not readable as YAML"),
    ],
)
def test_damaged_or_dangerous_yaml_is_refused(text: str, told: str) -> None:
    assert problems(text)[0].startswith(told)


def test_file_of_another_encoding_is_refused() -> None:
    with pytest.raises(ConfigurationInvalid, match=r"f\.yaml:2:1: This is not UTF-8"):
        read_document("f.yaml", "partner:\n  name: Ærø".encode("latin-1"))


def test_entry_that_stands_twice_is_an_error() -> None:
    user = "  - {email: ADMIN@northwind.example, role: viewer}\n"
    text = HEAD.replace("connections:\n", f"{user}connections:\n")
    assert problems(text) == ["f.yaml:4:5: This user stands twice, first in line 3. Keep one."]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ConfigurationInvalid):
        assert isinstance(read_document("f.yaml", text.encode("utf-8", "surrogatepass")).data, dict)
