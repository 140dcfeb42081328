"""Both tenancy walls: what one partner's scope shows, and that nothing shows without one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from threading import Barrier

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django_scopes import scope, scopes_disabled
from django_scopes.exceptions import ScopeError
from psycopg2 import sql

from accounts.identity import person_of
from accounts.models import Membership, Partner, Role
from accounts.services import create_user
from core.audit import COMMAND, record
from core.models import AuditEntry
from core.scope import PartnerScopeError, current_partner_id, partner_scope, scoped_partner_id


def count_without_python_wall(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        found: int = cursor.fetchone()[0]
    return found


def test_scope_shows_own_rows_alone(partner: Partner, stranger: Partner) -> None:
    with partner_scope(partner.pk):
        assert Membership.objects.count() == 2
    with partner_scope(stranger.pk):
        assert Membership.objects.count() == 0


def test_no_scope_raises_in_python(partner: Partner) -> None:
    with pytest.raises(ScopeError):
        Membership.objects.count()


def test_no_scope_has_no_rows_in_database(partner: Partner) -> None:
    assert count_without_python_wall("accounts_membership") == 0
    with partner_scope(partner.pk):
        assert count_without_python_wall("accounts_membership") == 2
    assert count_without_python_wall("accounts_membership") == 0


def test_database_hides_other_partner_when_python_wall_is_down(partner: Partner, stranger: Partner) -> None:
    with partner_scope(stranger.pk), scopes_disabled():
        assert Membership.objects.count() == 0
        assert Partner.objects.get() == stranger


def test_insert_for_another_partner_is_refused(partner: Partner, stranger: Partner) -> None:
    user = create_user(email="late@northwind.example")
    with pytest.raises(DatabaseError, match="row-level security"), partner_scope(stranger.pk):
        Membership.objects.create(partner_id=partner.pk, user=user, role=Role.OWNER)


def test_key_to_another_partners_row_is_refused(partner: Partner, stranger: Partner) -> None:
    with partner_scope(partner.pk):
        from connections.models import Connection, Secret

        foreign = Connection.objects.create(system="prism", status_since="2026-10-01T00:00Z")
    with transaction.atomic(), partner_scope(stranger.pk):
        Secret.objects.create(connection_id=foreign.pk, name="client_secret", stored_at="2026-10-01T00:00Z")
        with pytest.raises(IntegrityError):
            connection.check_constraints()
        transaction.set_rollback(True)


def test_nesting_same_partner_is_allowed_and_restored(partner: Partner) -> None:
    with partner_scope(partner.pk):
        with partner_scope(partner.pk):
            pass
        assert current_partner_id() == partner.pk
        assert Membership.objects.count() == 2


def test_nesting_another_partner_is_refused(partner: Partner, stranger: Partner) -> None:
    with partner_scope(partner.pk):
        with pytest.raises(PartnerScopeError), partner_scope(stranger.pk):
            pass
        assert Membership.objects.count() == 2


def test_scope_ends_after_an_error(partner: Partner) -> None:
    with pytest.raises(ZeroDivisionError), partner_scope(partner.pk):
        _ = 1 / 0
    assert current_partner_id() is None
    assert count_without_python_wall("accounts_membership") == 0


def test_new_row_needs_a_scope() -> None:
    with pytest.raises(PartnerScopeError):
        scoped_partner_id()


def test_audit_log_can_be_added_to_and_never_changed(partner: Partner) -> None:
    with partner_scope(partner.pk):
        record(COMMAND, "test.fact", "something happened")
        before = AuditEntry.objects.count()
        AuditEntry.objects.all().update(text="forged")
        AuditEntry.objects.all().delete()
        assert AuditEntry.objects.count() == before
        assert not AuditEntry.objects.filter(text="forged").exists()


def test_users_belong_to_no_partner(partner: Partner) -> None:
    assert person_of("OWNER@northwind.example") is not None


def test_login_role_owns_nothing(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)


def partners_asked_for(partner_id: int, start: Barrier) -> set[tuple[object, ...]]:
    """The partner in each of many queries, as Python writes them; nothing is sent to the database."""
    start.wait()
    with scope(partner=partner_id):
        return {Membership.objects.filter(role=Role.OWNER).query.sql_with_params()[1] for _ in range(2000)}


def test_two_partners_at_once_are_each_asked_for_by_their_own_thread() -> None:
    start = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        asked = list(pool.map(partners_asked_for, (1, 2), (start, start)))

    assert asked == [{(1, Role.OWNER)}, {(2, Role.OWNER)}]


def test_what_one_query_narrows_narrows_no_other() -> None:
    with scope(partner=1):
        narrowed = Membership.objects.filter(role=Role.OWNER)
        others = Membership.objects.all()
    with scope(partner=2):
        of_another = Membership.objects.all()
    with scopes_disabled():
        of_all = Membership.objects.all()

    parameters = [rows.query.sql_with_params()[1] for rows in (narrowed, others, of_another, of_all)]
    assert parameters == [(1, Role.OWNER), (1,), (2,), ()]


def test_django_scopes_is_the_version_whose_inside_the_manager_knows() -> None:
    """``core.partner_models`` asks for ``_enabled`` and ``_override_scope``: look there before this number changes."""
    assert version("django-scopes").split(".")[:1] == ["2"]
