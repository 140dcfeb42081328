"""The tests' own footing: the login role, the network, and a clean database after each test."""

from __future__ import annotations

import socket

import pytest
import pytest_socket
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from accounts.models import User


@pytest.mark.django_db
def test_login_role_owns_nothing_and_obeys_row_security() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        rights = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        owned = cursor.fetchone()

    assert rights == ("billingsync_app", False, False, False, False)
    assert owned == (0,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_turn", [1, 2])
def test_committed_rows_are_gone_before_the_next_test(_turn: int) -> None:
    assert transaction.get_connection().in_atomic_block is False
    assert not User.objects.exists()

    User.objects.create_user("bob@northwind.example")

    assert ContentType.objects.exists()  # what migrations made is still there


def test_network_beyond_this_machine_is_refused() -> None:
    with pytest.raises(pytest_socket.SocketConnectBlockedError), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))
