"""One function says which person an address is, and no other code looks people up by address."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError

from accounts.identity import person_of
from accounts.models import User
from accounts.services import AccountError, create_user

PRODUCT = ["accounts", "billingsync", "bench", "connections", "core", "customers", "invoices", "money",
           "notifications", "portal", "products", "programs", "reports", "syncs"]  # fmt: skip
# Where rows are picked by an address, and why that takes nobody for somebody.
KNOWN = {
    ("accounts/identity.py", "filter(email)"): "the proofs, and who has the address without one",
    ("accounts/services.py", "filter(email)"): "an open invitation to the same address is replaced",
    ("accounts/address_forms.py", "filter(email)"): "what the reader of the page waits for",
    ("accounts/address_forms.py", "get(email)"): "the same, where another press was quicker",
    ("portal/emails/account_links.py", "filter(email)"): "the address that its own person has still to prove",
    ("portal/users/forms.py", "filter(email)"): "an open invitation to the same address may be an owner's",
}
PICKS = {"filter", "exclude", "get", "get_or_create", "update_or_create", "get_object_or_404", "Q", "aget"}
FOREIGN = {"filter_users_by_email", "get_users_for", "get_by_natural_key", "get_primary_email", "is_verified"}


def looked_up() -> Iterator[tuple[str, str]]:
    for folder in PRODUCT:
        for file in sorted(Path(folder).rglob("*.py")):
            if "migrations" not in file.parts:
                for found in picks_in(file.read_text(encoding="utf-8")):
                    yield str(file), found


def picks_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from picks_of(node)
        elif name_of(node) in FOREIGN:
            yield name_of(node)


def picks_of(call: ast.Call) -> Iterator[str]:
    name = name_of(call.func)
    given = (keyword.arg or "" for keyword in call.keywords if name in PICKS)
    yield from (f"{name}({key})" for key in given if "email" in key.split("__"))


def name_of(node: ast.AST) -> str:
    """Of an attribute, a variable or an import; "" of anything else."""
    kinds = {ast.Attribute: "attr", ast.Name: "id", ast.alias: "name"}
    return str(getattr(node, kinds[type(node)])) if type(node) in kinds else ""


def test_nothing_else_looks_people_up_by_address(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)

    assert set(looked_up()) == set(KNOWN)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("User.objects.get(email__iexact=x)", ["get(email__iexact)"]),
        ("Membership.objects.filter(user__email=x)", ["filter(user__email)"]),
        ("rows.exclude(Q(user__email__in=x))", ["Q(user__email__in)"]),
        ("from allauth.account.utils import filter_users_by_email", ["filter_users_by_email"]),
        ("User.objects.get_by_natural_key(x)", ["get_by_natural_key"]),
        ("create_user(email=x)", []),
    ],
)
def test_search_finds_what_it_is_for(source: str, found: list[str]) -> None:
    assert list(picks_in(source)) == found


@pytest.mark.django_db
def test_only_a_proof_makes_somebody_of_an_address() -> None:
    kim = create_user(email="Kim@Northwind.example")
    EmailAddress.objects.create(user=kim, email="kim@elsewhere.example")
    User.objects.create_user("nobody@northwind.example")

    answers = [person_of(f"{name}.example") for name in ("kim@northwind", "kim@elsewhere", "nobody@northwind", "no")]

    assert answers == [kim, None, None, None]


@pytest.mark.django_db
def test_address_is_one_persons() -> None:
    create_user(email="kim@northwind.example")
    other = create_user(email="other@northwind.example")

    with pytest.raises(AccountError, match="has an account already"):
        create_user(email="KIM@northwind.example")
    with pytest.raises(IntegrityError):
        EmailAddress.objects.create(user=other, email="kim@northwind.example", verified=True)
