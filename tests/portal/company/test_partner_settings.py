"""Settings of the partner itself, and the zone of a program's daily time."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from accounts.models import Partner
from core.models import AuditEntry
from core.scope import partner_scope
from programs.models import Program
from tests.portal.cast import Cast, Shop

FORM = {"name": "Northwind IT", "time_zone": "Europe/Oslo", "currency": "USD", "locale": "en_US"}


def stored(cast: Cast) -> dict[str, str]:
    with partner_scope(cast.northwind.pk):
        partner = Partner.objects.get()
    return {name: getattr(partner, name) for name in FORM}


def local_time(cast: Cast, zone: str) -> dt.time:
    """The daily time that the next sync follows, on clocks of that zone; it starts some minutes of its own later."""
    with partner_scope(cast.northwind.pk):
        program = Program.objects.get()
    assert program.next_due_at is not None
    due = program.next_due_at - dt.timedelta(minutes=program.own_minutes)
    return due.astimezone(zoneinfo.ZoneInfo(zone)).time()


def schedule(cast: Cast, program: Program, zone: str) -> str:
    """Save the program's settings with that zone of its own, "" for the partner's; the page that answers."""
    form = {
        "enabled": "on",
        "billing_enabled": "on",
        "motions": ["seat_monthly"],
        "start": "latest",
        "approval": "automatic",
        "prorations": "line",
        "credits": "hold",
        "rounding_tolerance": "0.05",
        "product_mode": "in_use",
        "daily_at": "05:00",
        "time_zone": zone,
    }
    path = f"/p/northwind/programs/{program.pk}/edit/"
    return str(cast.client("adam").post(path, form, follow=True).content.decode())


def test_admin_changes_the_company(cast: Cast) -> None:
    wanted = {"name": " Northwind  Ltd ", "time_zone": "Asia/Tokyo", "currency": "eur", "locale": "de_DE"}

    page = cast.client("adam").post("/p/northwind/settings/", wanted, follow=True).content.decode()

    assert stored(cast) == {
        "name": "Northwind Ltd",
        "time_zone": "Asia/Tokyo",
        "currency": "EUR",
        "locale": "de_DE",
    }
    assert "Saved." in page
    with partner_scope(cast.northwind.pk):
        assert AuditEntry.objects.get(action="partner.changed").actor_name == "adam@northwind.example"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "  "), ("time_zone", "Mars/Olympus"), ("currency", "XYZ1"), ("currency", "ZZZ"), ("locale", "xx_XX")],
)
def test_what_is_none_is_refused_and_nothing_typed_is_lost(cast: Cast, field: str, value: str) -> None:
    before = stored(cast)

    response = cast.client("adam").post("/p/northwind/settings/", {**FORM, "name": "Typed name", field: value})

    assert response.status_code == 422
    assert stored(cast) == before
    assert field == "name" or "Typed name" in response.content.decode()


def test_daily_times_follow_the_zone_of_the_company(cast: Cast, shop: Shop) -> None:
    schedule(cast, shop.program, "")
    assert local_time(cast, "Europe/Oslo") == dt.time(5)

    cast.client("adam").post("/p/northwind/settings/", {**FORM, "time_zone": "America/Denver"})

    assert local_time(cast, "America/Denver") == dt.time(5)


def test_program_with_a_zone_of_its_own_keeps_it(cast: Cast, shop: Shop) -> None:
    page = schedule(cast, shop.program, "Asia/Tokyo")
    assert local_time(cast, "Asia/Tokyo") == dt.time(5)
    assert '<option value="Asia/Tokyo" selected>' in page
    assert "The zone of your company is Europe/Oslo" in page

    cast.client("adam").post("/p/northwind/settings/", {**FORM, "time_zone": "America/Denver"})

    assert local_time(cast, "Asia/Tokyo") == dt.time(5)


def test_program_goes_back_to_the_zone_of_the_company(cast: Cast, shop: Shop) -> None:
    schedule(cast, shop.program, "Asia/Tokyo")

    schedule(cast, shop.program, "")

    assert local_time(cast, "Europe/Oslo") == dt.time(5)
