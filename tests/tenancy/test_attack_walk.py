"""One partner attacks another through every route: foreign ids in the path, the query, the body and choice fields.

What the walk over addresses asks of roles is in test_url_walk.py. Here an owner, who may do everything at their own
partner, names rows of another one wherever a page takes a name of a row; the other's tables stay as they are, byte for
byte, and no answer shows a word of theirs.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from psycopg2 import sql

from accounts.models import Membership
from core.scope import partner_scope
from customers.models import Customer, TargetCustomer, Template
from products.models import Product
from syncs.models import Finding
from tests.portal.cast import Cast, Shop, stock_shop
from tests.tenancy.test_model_walk import OF_PARTNERS
from tests.tenancy.test_url_walk import OF_PARTNERS as ROUTES
from tests.tenancy.test_url_walk import RULED, Address, path_of, values, walk

__all__ = ["values"]

CANARY = "Canary that no other partner sees"
FIELD = re.compile(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"')
# What pages read besides the fields that they show.
ALSO = (
    "customer",
    "target_customer",
    "template",
    "invoice_template",
    "product",
    "run",
    "program",
    "finding",
    "id",
    "pk",
)
PICKS = ("item", "items", "pick", "row", "choice", "next", "q", "person", "membership", "source", "target", "batch")

# Pages of the sign-in library: who may open them. A route that is in neither fails the walk.
LIBRARY_OPEN = {
    "account_login": "signs in",
    "account_logout": "leads the anonymous on",
    "account_inactive": "says that an account is closed",
    "account_signup": "says that people come by invitation",
    "account_email_verification_sent": "says that a mail was sent",
    "account_reset_password": "sends a link to a proven address",
    "account_reset_password_done": "says that a mail was sent",
    "account_reset_password_from_key": "the key in the address lets in",
    "account_reset_password_from_key_done": "says that the password is set",
    "account_confirm_login_code": "leads on: no codes are sent",
    "mfa_authenticate": "the second step of a sign-in that has begun",
    "socialaccount_login_cancelled": "says that a company sign-in was broken off",
    "socialaccount_login_error": "says that a company sign-in failed",
    "socialaccount_signup": "leads on: people come by invitation",
    "openid_connect_login": "begins a company sign-in, where the installation has one",
    "openid_connect_callback": "ends a company sign-in, where the installation has one",
}
LIBRARY_SIGNED_IN = {
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "socialaccount_connections",
}
OF_THE_LIBRARY = {each.name: each for each in walk() if each.route.startswith("accounts/") and each.name}
RULED_NAMES = {each.name for each in RULED} | {each.name for each in walk() if each.rule}


@pytest.fixture
def foreign(cast: Cast, shop: Shop) -> dict[str, Any]:
    """Ids of Northwind's rows, each with a canary in its words; Tailwind has rows of its own."""
    with partner_scope(cast.northwind.pk):
        Customer.objects.update(name=CANARY)
        TargetCustomer.objects.update(name=CANARY)
        Template.objects.update(name=CANARY)
        Product.objects.update(name=CANARY)
        pair = f"{shop.customer.pk}:seat_monthly"
        ids = [shop.customer.pk, shop.mapping.pk, shop.product.pk, shop.invoice.pk, shop.run.pk, shop.change.pk]
        ids += [shop.program.pk, shop.credit.pk, Membership.objects.order_by("-pk")[0].pk]
        names = [shop.target_customer.external_id, shop.template.external_id, shop.customer.external_id, pair]
        return {"ids": ids, "names": names}


def own_values(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    with partner_scope(cast.tailwind.pk):
        own = stock_shop()
        ids = {
            "program_id": own.program.pk,
            "customer_id": own.customer.pk,
            "product_id": own.product.pk,
            "invoice_id": own.invoice.pk,
            "run_id": own.run.pk,
            "change_id": own.change.pk,
            "mapping_id": own.mapping.pk,
            "membership_id": Membership.objects.get().pk,
        }
    return {**values, **ids, "slug": "tailwind"}


def rows_of_northwind(cast: Cast) -> dict[str, str]:
    """Every table's rows as one digest."""
    found = {}
    with partner_scope(cast.northwind.pk), connection.cursor() as cursor:
        for model in OF_PARTNERS:
            table = sql.Identifier(model._meta.db_table)
            query = sql.SQL("SELECT coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '') FROM {} AS t")
            cursor.execute(query.format(table).as_string(cursor.cursor))
            found[model._meta.db_table] = cursor.fetchone()[0]
    return found


def test_routes_of_the_library_are_classified() -> None:
    unknown = set(OF_THE_LIBRARY) - set(LIBRARY_OPEN) - LIBRARY_SIGNED_IN - RULED_NAMES

    assert unknown == set()
    assert set(LIBRARY_OPEN) | LIBRARY_SIGNED_IN <= set(OF_THE_LIBRARY)


@pytest.mark.parametrize("name", sorted(LIBRARY_SIGNED_IN))
def test_pages_of_the_library_about_oneself_refuse_the_anonymous(name: str, db: None) -> None:
    path = "/" + OF_THE_LIBRARY[name].route.replace("<int:pk>", "1")

    for answer in (Client().get(path), Client().post(path)):
        assert answer.status_code in {302, 405}
        assert answer.status_code == 405 or answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("action", ["edit", "remove"])
def test_somebody_elses_second_factor_is_not_found(cast: Cast, action: str) -> None:
    theirs = Authenticator.objects.create(user=cast.users["vera"], type=Authenticator.Type.WEBAUTHN, data={"name": "x"})
    path = f"/accounts/2fa/webauthn/keys/{theirs.pk}/{action}/"

    assert [each.status_code for each in (cast.sure("adam").get(path), cast.sure("adam").post(path))] == [404, 404]
    assert Authenticator.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("address", ROUTES, ids=lambda address: address.name)
def test_foreign_ids_open_and_change_nothing(
    address: Address, values: dict[str, Any], cast: Cast, foreign: dict[str, Any]
) -> None:
    charlie, path = cast.sure("charlie"), path_of(address, own_values(cast, values))
    before = rows_of_northwind(cast)
    page = charlie.get(path)
    fields = {*ALSO, *PICKS, *FIELD.findall(page.content.decode())} - {"csrfmiddlewaretoken"}

    answers = [page]
    for ids in (foreign["ids"], foreign["names"]):
        # A field keeps its place in the page's own order, so that each id meets each kind of field in some try.
        tries = [{name: ids[(place + turn) % len(ids)] for place, name in enumerate(sorted(fields))} for turn in (0, 1)]
        for attempt in (*tries, dict.fromkeys(fields, ids)):
            answers += [charlie.get(path, attempt), charlie.post(path, attempt)]

    assert rows_of_northwind(cast) == before
    assert [each.status_code for each in answers if each.status_code >= 500] == []
    assert [each for each in answers if CANARY in each.content.decode(errors="replace")] == []


def test_attack_would_be_seen(cast: Cast, foreign: dict[str, Any]) -> None:
    """What is compared changes where something does, and the canary shows to its own partner."""
    before = rows_of_northwind(cast)
    page = cast.client("alice").get("/p/northwind/programs/", follow=True)
    with partner_scope(cast.northwind.pk):
        program = Finding.objects.get().program_id
        shown = cast.client("alice").get(f"/p/northwind/programs/{program}/products/").content.decode()
        Finding.objects.update(text="changed")

    changed = rows_of_northwind(cast)
    assert {name for name in before if before[name] != changed[name]} == {"syncs_finding"}
    assert page.status_code == 200
    assert CANARY in shown


@pytest.mark.parametrize("address", [each for each in RULED if each.rule], ids=lambda address: address.name)
def test_post_without_its_token_changes_nothing(address: Address, values: dict[str, Any], cast: Cast) -> None:
    name = "olga" if address.rule and address.rule.kind == "operator" else "alice"
    browser, before = cast.client(name, enforce_csrf_checks=True), rows_of_northwind(cast)

    answer = browser.post(path_of(address, values))

    assert answer.status_code in {403, 405}
    assert rows_of_northwind(cast) == before
