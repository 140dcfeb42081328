"""``operator``: who runs the installation."""

from __future__ import annotations

import pytest

from accounts.identity import person_of
from tests.billingsync.commands.conftest import Run

pytestmark = pytest.mark.django_db


def test_new_person_becomes_operator_without_a_password(run: Run) -> None:
    assert run("operator", "ops@example.com").told.strip() == "ops@example.com is now an operator"

    person = person_of("ops@example.com")
    assert person is not None
    assert person.is_operator
    assert not person.has_usable_password()


def test_operator_can_be_taken_back(run: Run) -> None:
    run("operator", "ops@example.com")

    assert run("operator", "ops@example.com", "--remove").told.strip() == "ops@example.com is no longer an operator"
    person = person_of("ops@example.com")
    assert person is not None
    assert not person.is_operator


def test_unknown_person_cannot_be_taken_back(run: Run) -> None:
    outcome = run("operator", "nobody@example.com", "--remove")

    assert outcome.code == 2
    assert "Nobody signs in with nobody@example.com." in outcome.told


@pytest.mark.parametrize("written", ["ops", "a" * 65 + "@example.com"])
def test_what_is_no_address_is_refused(run: Run, written: str) -> None:
    outcome = run("operator", written)

    assert outcome.code == 2
    assert person_of(written) is None
