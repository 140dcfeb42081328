"""Every table with a partner's data stands behind both walls."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from django_scopes.exceptions import ScopeError
from psycopg2 import sql

from core.partner_models import PartnerForeignKey
from core.scope import partner_scope
from tests.portal.cast import Cast, Shop

# Rows that belong to no partner; each with its reason.
WITHOUT_PARTNER = {
    "accounts.Partner": "is the partner; its own policy compares the id",
    "accounts.User": "a person may work for several partners",
    "account.EmailAddress": "belongs to a person",
    "account.EmailConfirmation": "belongs to a person",
    "notifications.AccountMail": "belongs to a person",
    "mfa.Authenticator": "belongs to a person",
    "socialaccount.SocialAccount": "belongs to a person",
    "socialaccount.SocialApp": "belongs to the installation",
    "socialaccount.SocialToken": "belongs to a person",
    "sessions.Session": "belongs to a browser",
    "usersessions.UserSession": "belongs to a person",
    "core.InstallationEntry": "tells of the installation; the program's role can add to it and not change it",
    "core.Installation": "is the installation: one row",
    "auth.Group": "not used",
    "auth.Permission": "not used",
    "contenttypes.ContentType": "names of tables",
    "pghistory.Context": "which request wrote a history row; its events carry the partner",
    "pghistory.MiddlewareEvents": "a view over events",
    "pghistory.Events": "a view over events",
}


def has_partner(model: type[Model]) -> bool:
    return any(field.name == "partner" for field in model._meta.get_fields())


def tables_of_apps() -> list[type[Model]]:
    return [model for model in apps.get_models() if not model._meta.proxy and model._meta.managed]


OF_PARTNERS = [model for model in tables_of_apps() if has_partner(model)]
KEYS = [field for model in OF_PARTNERS for field in model._meta.local_fields if isinstance(field, PartnerForeignKey)]


def ask(query: str, *values: object) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, list(values))
        return list(cursor.fetchall())


def count_rows(table: str, but_of: int = 0) -> int:
    query = sql.SQL("SELECT count(*) FROM {} WHERE partner_id <> %s").format(sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(cursor.cursor), [but_of])
        return int(cursor.fetchone()[0])


def test_models_are_found() -> None:
    assert len(OF_PARTNERS) > 20
    assert len(KEYS) > 20


@pytest.mark.parametrize("model", tables_of_apps(), ids=lambda model: model._meta.label)
def test_model_has_a_partner_or_a_reason(model: type[Model]) -> None:
    assert has_partner(model) or model._meta.label in WITHOUT_PARTNER


@pytest.mark.parametrize(
    "model", [each for each in OF_PARTNERS if not each.__name__.endswith("Event")], ids=lambda model: model._meta.label
)
def test_manager_refuses_queries_without_a_scope(model: Any) -> None:
    with pytest.raises(ScopeError):
        model.objects.count()


@pytest.mark.parametrize("model", OF_PARTNERS, ids=lambda model: model._meta.label)
def test_table_is_behind_row_security(model: type[Model], db: None) -> None:
    table = model._meta.db_table

    ((enabled, forced),) = ask("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s", table)
    policies = ask("SELECT cmd, coalesce(qual, with_check) FROM pg_policies WHERE tablename = %s", table)

    assert (enabled, forced) == (True, True)
    assert policies
    assert all("app.partner_id" in condition for _command, condition in policies)


@pytest.mark.parametrize("model", OF_PARTNERS, ids=lambda model: model._meta.label)
def test_an_index_leads_with_the_partner(model: type[Model], db: None) -> None:
    definitions = ask("SELECT indexdef FROM pg_indexes WHERE tablename = %s", model._meta.db_table)

    assert any("(partner_id, " in definition for (definition,) in definitions)


@pytest.mark.parametrize("field", [each for each in KEYS if not each.model.__name__.endswith("Event")], ids=str)
def test_keys_between_partner_rows_name_the_partner(field: PartnerForeignKey, db: None) -> None:
    table = field.model._meta.db_table

    found = [name for (name,) in ask("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass", table)]

    assert f"{table}_{field.column}_of_partner" in found


@pytest.mark.parametrize("field", KEYS, ids=str)
def test_joins_between_partner_rows_name_the_partner(field: PartnerForeignKey) -> None:
    here, there = field.model._meta.db_table, field.related_model._meta.db_table
    manager: Any = field.model._base_manager

    joined = str(manager.select_related(field.name).query).replace('"', "")

    other = "T2" if here == there else there
    assert f"{here}.{field.column} = {other}.id AND {here}.partner_id = {other}.partner_id" in joined


def test_tables_hold_nothing_for_whoever_has_no_scope(cast: Cast, shop: Shop) -> None:
    """Raw SQL, so that only the database's own wall is tested. There are rows that could leak."""
    tables = [model._meta.db_table for model in OF_PARTNERS]
    with partner_scope(cast.northwind.pk):
        inside = {table: count_rows(table) for table in tables}

    outside = {table: count_rows(table) for table in tables}

    assert sum(inside.values()) > 20
    assert set(outside.values()) == {0}


def test_partner_sees_no_row_of_another(cast: Cast, shop: Shop) -> None:
    tables = [model._meta.db_table for model in OF_PARTNERS]
    with partner_scope(cast.northwind.pk):
        assert sum(count_rows(table) for table in tables) > 20

    with partner_scope(cast.tailwind.pk):
        foreign = {table: count_rows(table, but_of=cast.tailwind.pk) for table in tables}

    assert set(foreign.values()) == {0}


def test_login_role_owns_nothing_and_bypasses_nothing(db: None) -> None:
    ((superuser, bypasses),) = ask("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    owned = ask("SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)")

    assert (superuser, bypasses) == (False, False)
    assert owned == []
