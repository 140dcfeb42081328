"""Whose database it is: the first to migrate it says so, and another one writes to nobody."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from core.installation import OF_ANOTHER, SWITCHED_OFF, take_identity, why_no_writes
from core.models import Installation, InstallationEntry

pytestmark = pytest.mark.django_db


def stored() -> str:
    return Installation.objects.get(pk=1).identity


def test_first_migrate_takes_the_identity_and_a_later_one_keeps_it(settings: Any) -> None:
    Installation.objects.all().delete()
    settings.INSTALLATION_ID = ""
    take_identity(apps)
    assert stored() == ""

    for identity in ("northwind-1", "northwind-2"):
        settings.INSTALLATION_ID = identity
        take_identity(apps)

    assert stored() == "northwind-1"


@pytest.mark.parametrize(
    ("in_database", "in_environment", "writes", "why"),
    [
        ("northwind-1", "northwind-1", True, ""),
        ("northwind-1", "northwind-2", True, OF_ANOTHER),
        ("northwind-1", "", True, ""),
        ("", "northwind-2", True, ""),
        ("northwind-1", "northwind-1", False, SWITCHED_OFF),
    ],
)
def test_writes_are_off_where_both_names_exist_and_differ(
    settings: Any, in_database: str, in_environment: str, writes: bool, why: str
) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"identity": in_database})
    settings.INSTALLATION_ID, settings.WRITES = in_environment, writes

    assert why_no_writes() == why


def test_copy_is_taken_over_on_purpose(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"identity": "northwind-1"})
    settings.INSTALLATION_ID = "northwind-2"

    call_command("installation")
    assert "belongs to northwind-1, and this installation is northwind-2" in capsys.readouterr().err
    assert why_no_writes() == OF_ANOTHER

    call_command("installation", "--take-over")

    assert why_no_writes() == ""
    assert InstallationEntry.objects.get(action="installation.taken_over").text == "northwind-2 took the database over"


def test_nobody_without_a_name_takes_it_over(settings: Any) -> None:
    settings.INSTALLATION_ID = ""

    with pytest.raises(CommandError, match="INSTALLATION_ID"):
        call_command("installation", "--take-over")
