"""Functions that pass row security by, and the table of contexts: what the database itself says about them."""

from __future__ import annotations

import uuid

import pghistory
import pytest
from django.db import connection

from connections.models import Connection
from core.scope import partner_scope
from tests.portal.cast import Cast, Shop
from tests.tenancy.test_model_walk import ask

FUNCTIONS = """
    SELECT p.proname, coalesce(array_to_string(p.proconfig, ' '), ''),
           has_function_privilege('public', p.oid, 'EXECUTE'),
           has_function_privilege(current_user, p.oid, 'EXECUTE')
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'public' WHERE p.prosecdef
"""


def test_functions_of_the_owner_name_temporary_objects_last_and_are_not_everybodys(db: None) -> None:
    found = ask(FUNCTIONS)

    assert len(found) > 15
    assert [name for name, path, _all, _ours in found if path != "search_path=public, pg_temp"] == []
    assert [name for name, _path, everybody, _ours in found if everybody] == []
    assert [name for name, _path, _all, ours in found if not ours] == []


@pytest.mark.django_db
def test_request_reads_its_own_context_alone(cast: Cast, shop: Shop) -> None:
    for url in ("/first/", "/second/"):
        with pghistory.context(url=url), partner_scope(cast.northwind.pk):
            Connection.objects.update(account=url)
            with connection.cursor() as cursor:  # as in the middle of a request
                cursor.execute("SELECT metadata->>'url' FROM pghistory_context")
                seen = [row[0] for row in cursor.fetchall()]
            assert seen == [url]
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pghistory.context_id', %s, true)", [str(uuid.uuid4())])

    assert ask("SELECT id FROM pghistory_context") == []
