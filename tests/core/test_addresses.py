"""One spelling of each address, and none that no mail can reach."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from hypothesis import example, given
from hypothesis import strategies as st

from core.addresses import clean_address, split_addresses


@pytest.mark.parametrize(
    "written",
    [
        " Kim@Northwind.Example\n",
        "\u200bkim@northwind.example",
        "kim\u200b@northwind.example",
        "kim@north\u200bwind.example",
        "kim@northwind.example\u200b\ufeff",
        "kim@north\u00adwind.example",
        "\u202akim@northwind.example\u202c",
        "kim@ｎｏｒｔｈｗｉｎｄ.example",
        "kim@northwind。example",
    ],
)
def test_address_has_one_spelling(written: str) -> None:
    assert clean_address(written) == "kim@northwind.example"


@pytest.mark.parametrize(
    "domain", ["bücher.example", "BÜCHER.example", "bu\u0308cher.example", "xn--bcher-kva.example"]
)
def test_domain_has_one_spelling_with_letters_of_its_own(domain: str) -> None:
    address = clean_address(f"kim@{domain}")

    assert address == "kim@bücher.example"
    assert "xn--bcher-kva.example" in EmailMessage(to=[address]).message().as_string()


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("a" * 65 + "@northwind.example", "more than 64 characters"),
        ("kim@" + "north." * 40 + "wind.example", "254 characters at most"),
        ("kım@northwind.example", "before the @"),
        ("maſter@northwind.example", "before the @"),
        ('"k\x01m"@northwind.example', "before the @"),
        ("kim@\ufdfa\ufdfa\ufdfa\ufdfa.com", "behind the @"),
        ("kim@xn--zzzzzzzz.example", "behind the @"),
        ("kim@north wind.example", "Enter a valid email address"),
        ("kim.northwind.example", "Enter a valid email address"),
        ("", "Enter a valid email address"),
    ],
)
def test_what_no_mail_can_reach_is_refused(written: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        clean_address(written)


def test_longest_local_part_is_taken() -> None:
    address = "a" * 64 + "@northwind.example"

    assert clean_address(address) == address


@given(st.text(st.characters(categories=["L", "Mn", "Nd", "Cf"]), min_size=1, max_size=12))
@example("ß")
@example("İ")
def test_what_is_taken_is_taken_as_it_was_stored(letters: str) -> None:
    try:
        address = clean_address(f"kim@north{letters}wind.example")
    except ValidationError:
        return

    assert clean_address(address) == address
    assert address.isascii() == ("xn--" not in EmailMessage(to=[address]).message().as_string())


@pytest.mark.parametrize(
    ("written", "addresses"),
    [
        ("", []),
        ("a@x.example", ["a@x.example"]),
        ("a@x.example b@x.example,c@x.example;d@x.example\ne@x.example", [f"{one}@x.example" for one in "abcde"]),
        (
            "Billing Team <billing@contoso.example>; Ann Sample <ann@contoso.example>;",
            ["billing@contoso.example", "ann@contoso.example"],
        ),
        (
            "Sample, Ann <ann@contoso.example>, Bob <bob@contoso.example>",
            ["ann@contoso.example", "bob@contoso.example"],
        ),
        ('"Sample; Ann, Ltd." <ann@contoso.example>', ["ann@contoso.example"]),
        ("'ann@contoso.example' <ann@contoso.example>", ["ann@contoso.example", "ann@contoso.example"]),
        ("ann@contoso.example<mailto:ann@contoso.example>", ["ann@contoso.example", "ann@contoso.example"]),
        ("ann@contoso.example, Bob <bob@contoso.example>", ["ann@contoso.example", "bob@contoso.example"]),
        ("ann@contoso.example Bob <bob@contoso.example>", ["bob@contoso.example", "ann@contoso.example"]),
        # What may have been meant as an address is never taken for a name.
        ("ann.contoso.example, Bob <bob@contoso.example>", ["ann.contoso.example", "bob@contoso.example"]),
        ("ann, bob@contoso.example", ["ann", "bob@contoso.example"]),
        ("Ann <ann@contoso.example", ["<ann@contoso.example"]),
    ],
)
def test_pasted_list_gives_each_address(written: str, addresses: list[str]) -> None:
    assert split_addresses(written) == addresses


@given(
    st.lists(st.from_regex(r"[a-z]{1,5}@[a-z]{1,5}\.example", fullmatch=True)), st.sampled_from([", ", "; ", "\n", " "])
)
def test_no_address_of_a_list_is_lost(addresses: list[str], between: str) -> None:
    named = between.join(f"Ann <{address}>" for address in addresses)

    assert split_addresses(between.join(addresses)) == split_addresses(named) == addresses
