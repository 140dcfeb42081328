"""Every address is public by name, or refuses who may not open it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Invitation, Membership, Role
from accounts.selectors import RANKS
from connections.models import ConnectionStatus
from core.scope import partner_scope
from notifications.models import Message
from portal.kit.permissions import Rule
from tests import factories as make
from tests.portal.cast import NAMES, Cast, Shop

# Open to all by what they are; each with its reason.
NO_RULE_OF_OURS = {}
# What everybody may save: how a list looks, what was seen.
TAKES_POST_ALONE = {"choose_columns", "choose_page_size", "see_notices"}
PUBLIC = {"accept_invitation": "the token in the address is the key"}


@dataclass(frozen=True)
class Address:
    """One route of the portal."""

    route: str
    name: str
    view: Any

    @property
    def rule(self) -> Rule | None:
        return getattr(self.view, "rule", None)


def walk(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[Address]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from walk(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield Address(prefix + str(entry.pattern), entry.name or "", entry.callback)


# allauth guards its own pages.
OURS = [address for address in walk() if not address.route.startswith("accounts/")]
RULED = [address for address in OURS if address.rule]
OF_PARTNERS = [address for address in RULED if address.rule and address.rule.kind == "partner"]


def path_of(address: Address, values: dict[str, Any]) -> str:
    path = "/" + address.route
    for name, value in values.items():
        for kind in ("int", "slug", "str"):
            path = path.replace(f"<{kind}:{name}>", str(value))
    assert "<" not in path, f"no sample value for {path}"
    return path


@pytest.fixture
def values(cast: Cast, shop: Shop) -> dict[str, Any]:
    with partner_scope(cast.northwind.pk):
        invitation = Invitation.objects.create(
            email="new@northwind.example", role="viewer", token_hash="0" * 64, expires_at="2030-01-01T00:00:00Z"
        )
        vera = Membership.objects.get(user=cast.users["vera"])
        message = Message.objects.get()
        batch = make.MappingBatchFactory.switched_off(shop.mapping)
        shop.program.target.status = ConnectionStatus.READY
        shop.program.target.save()
    return {
        "slug": "northwind",
        "system": "syncro",
        "token": "unknown",
        "program_slug": "microsoft-csp",
        "source": "prism",
        "target": "syncro",
        "program_id": shop.program.pk,
        "customer_id": shop.customer.pk,
        "product_id": shop.product.pk,
        "invoice_id": shop.invoice.pk,
        "run_id": shop.run.pk,
        "change_id": shop.change.pk,
        "mapping_id": shop.mapping.pk,
        "batch_id": batch.pk,
        "membership_id": vera.pk,
        "invitation_id": invitation.pk,
        "message_id": message.pk,
        "motion": "seat_monthly",
        "period": "2026-09",
    }


def answers(client: Client, path: str) -> set[int]:
    """What GET and POST answer, a method that the page does not know left out."""
    return {client.get(path).status_code, client.post(path).status_code} - {405}


def test_addresses_are_found() -> None:
    assert len(OF_PARTNERS) > 40


@pytest.mark.parametrize("address", OURS, ids=lambda address: address.name)
def test_view_has_a_rule_or_a_reason(address: Address) -> None:
    if address.rule is None:
        assert address.name in NO_RULE_OF_OURS
    elif address.rule.kind == "public":
        assert address.name in PUBLIC


@pytest.mark.parametrize("address", [each for each in RULED if each.name not in PUBLIC], ids=lambda each: each.name)
def test_anonymous_is_sent_to_sign_in(address: Address, values: dict[str, Any]) -> None:
    path = path_of(address, values)

    responses = [response for response in (Client().get(path), Client().post(path)) if response.status_code != 405]

    assert {response.status_code for response in responses} == {302}
    assert all(response["Location"].startswith("/accounts/login/") for response in responses)


@pytest.mark.parametrize("address", OF_PARTNERS, ids=lambda address: address.name)
def test_stranger_meets_404(address: Address, values: dict[str, Any], cast: Cast) -> None:
    assert answers(cast.client("charlie"), path_of(address, values)) == {404}


@pytest.mark.parametrize(
    "address",
    [each for each in OF_PARTNERS if each.rule and each.rule.minimum != Role.VIEWER],
    ids=lambda each: each.name,
)
def test_too_low_a_role_meets_403(address: Address, values: dict[str, Any], cast: Cast) -> None:
    assert address.rule is not None
    assert address.rule.minimum is not None
    below = next(role for role, rank in RANKS.items() if rank == RANKS[address.rule.minimum] - 1)

    assert answers(cast.client(NAMES[below]), path_of(address, values)) == {403}


@pytest.mark.parametrize(
    "address", [each for each in OF_PARTNERS if "_id>" in each.route], ids=lambda address: address.name
)
def test_row_of_another_partner_is_not_found(address: Address, values: dict[str, Any], cast: Cast) -> None:
    """Charlie owns Tailwind and asks there for rows of Northwind."""
    path = path_of(address, {**values, "slug": "tailwind"})

    assert answers(cast.client("charlie"), path) == {404}


@pytest.mark.parametrize(
    "address",
    [each for each in OF_PARTNERS if each.rule and each.rule.minimum == Role.VIEWER],
    ids=lambda each: each.name,
)
def test_viewer_reads(address: Address, values: dict[str, Any], cast: Cast) -> None:
    response = cast.client("vera").get(path_of(address, values))

    assert response.status_code == (405 if address.name in TAKES_POST_ALONE else 200)


@pytest.mark.parametrize(
    "address", [each for each in RULED if each.rule and each.rule.kind == "operator"], ids=lambda each: each.name
)
def test_operator_pages_refuse_everybody_else(address: Address, values: dict[str, Any], cast: Cast) -> None:
    path = path_of(address, values)

    assert answers(cast.client("alice"), path) == {403}
    assert answers(cast.client("olga"), path) == ({302} if address.name == "enable_target" else {200})
