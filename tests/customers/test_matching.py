"""Which customers of the target may be the same."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.matching import Matcher, normalise_name


@dataclass(frozen=True)
class Company:
    """A customer of either side."""

    name: str
    email: str = ""
    domain: str = ""


def suggested(customer: Company, *candidates: Company) -> list[tuple[str, tuple[str, ...]]]:
    """Names and reasons, the likeliest first."""
    return [(found.candidate.name, found.reasons) for found in Matcher(candidates).suggest(customer)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Contoso Ltd.", "CONTOSO"),
        ("Müller & Söhne GmbH", "Muller and Sohne"),
        ("The Phone Company", "Phone"),
        ("  Wide   World Importers, Inc", "wide world importers"),
    ],
)
def test_legal_form_case_and_accents_do_not_matter(one, other):
    assert normalise_name(one) == normalise_name(other)


def test_name_that_is_nothing_but_a_legal_form_stays():
    assert normalise_name("The Company") == "the company"


def test_same_address_domain_and_name_are_reasons():
    customer = Company("Contoso", "it@contoso.example", "contoso.example")
    assert suggested(customer, Company("Other", "IT@contoso.example")) == [("Other", ("same e-mail address",))]
    assert suggested(customer, Company("Other", "boss@contoso.example")) == [("Other", ("same domain",))]
    assert suggested(customer, Company("Contoso Inc")) == [("Contoso Inc", ("same name",))]


def test_public_mail_is_no_domain():
    assert suggested(Company("Contoso", "contoso@gmail.com"), Company("Fabrikam", "fabrikam@gmail.com")) == []


def test_tenant_name_stands_in_for_a_domain():
    customer = Company("CSP tenant 17", domain="wideworldimporters.onmicrosoft.com")
    assert suggested(customer, Company("Wide World Importers"), Company("Contoso")) == [
        ("Wide World Importers", ("similar name",))
    ]


def test_likeliest_comes_first_and_strangers_not_at_all():
    customer = Company("Adventure Works", domain="adventure-works.example")
    candidates = [
        Company("Adventure Work"),
        Company("Works Adventure Ltd"),
        Company("Contoso"),
        Company("Adventure Works"),
    ]
    found = [name for name, _ in suggested(customer, *candidates)]
    assert found[0] == "Adventure Works"
    assert "Contoso" not in found


def test_no_more_than_the_limit():
    assert len(Matcher([Company("Contoso")] * 9).suggest(Company("Contoso"), limit=3)) == 3


@given(st.text(), st.text(), st.text(), st.text())
def test_any_text_can_be_judged(name, domain, other, email):
    same = Company("Contoso", "it@contoso.example")
    found = Matcher([Company(other, email), same]).suggest(Company(name, same.email, domain))

    assert same in [suggestion.candidate for suggestion in found]
    assert [suggestion.score for suggestion in found if not 0 <= suggestion.score <= 100] == []
