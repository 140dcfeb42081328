"""*Refresh* that came to nothing says what failed, and may be pressed again at once."""

from __future__ import annotations

from typing import Any

import pytest

from connections.models import Connection
from connections.services import enable_target
from core.audit import COMMAND
from core.scope import partner_scope
from customers.tasks import refresh_target_copy
from programs.models import Program
from tests import factories as make
from tests.onboarding import Vendors, vendors
from tests.portal.cast import Cast
from tests.portal.connections.checks import press

__all__ = ["vendors"]

FAILED = "could not be read anew"


@pytest.fixture
def program(cast: Cast, vendors: Vendors) -> Program:
    """One whose target is connected."""
    enable_target(cast.northwind.pk, "syncro", COMMAND)
    press(cast.client("adam"), cast.northwind, "/p/northwind/connections/syncro/", vendors.syncro)
    with partner_scope(cast.northwind.pk):
        made: Program = make.ProgramFactory(target=Connection.objects.get(system="syncro"))
        return made


def test_refresh_says_what_failed_once_it_is_given_up(cast: Cast, program: Program, settings: Any) -> None:
    working, settings.SYNCRO_BASE_URL = settings.SYNCRO_BASE_URL, "http://127.0.0.1:9/{subdomain}"
    page = f"/p/northwind/programs/{program.pk}/billing/"
    bob, reading = cast.client("bob"), (cast.northwind.pk, program.target_id)
    bob.post(f"{page}refresh/")

    refresh_target_copy.apply(args=reading, retries=refresh_target_copy.max_retries)
    after = bob.get(page).content.decode()
    settings.SYNCRO_BASE_URL = working
    pressed = bob.post(f"{page}refresh/", follow=True).content.decode()
    refresh_target_copy.apply(args=reading)

    assert FAILED in after
    assert "are being read anew" in pressed
    assert FAILED not in pressed
    assert FAILED not in bob.get(page).content.decode()


def test_refresh_that_the_vendor_refuses_says_so(cast: Cast, program: Program, vendors: Vendors) -> None:
    vendors.edit(action="revoke_permission", permission="Customers - List/Search")
    bob = cast.client("bob")

    refresh_target_copy.apply(args=(cast.northwind.pk, program.target_id))

    assert FAILED in bob.get(f"/p/northwind/programs/{program.pk}/billing/").content.decode()
