"""A reseller's office with the vendors' imitations on a free port."""

from __future__ import annotations

import copy
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.models import Partner
from accounts.services import find_partner
from core.scope import partner_scope
from sandbox.server import running
from syncs.running.slices import Slice
from tests import databases
from tests.end_to_end.office import Json, Office
from tests.end_to_end.witness import WitnessedOffice

Open = Callable[..., Office]


@pytest.fixture
def smallest_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for one write or two pages, then it is another run's turn."""
    asked: Counter[float] = Counter()  # by the instant when the slice began

    def is_over(work: Slice) -> bool:
        asked[work.started] += 1
        return asked[work.started] > 1

    monkeypatch.setattr(Slice, "over", property(is_over))


@contextmanager
def opened(
    folder: Path, switches: Mapping[str, str] | None = None, *, accounts: Sequence[str] = ("northwind",)
) -> Iterator[Office]:
    """An office on the sandbox in this folder; the product is pointed at it meanwhile.

    It ends by demanding that every fault that was asked for happened.
    """
    with (
        running(folder / "sandbox", accounts=accounts, settings=switches) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        told = server.introduction()
        patch.setattr(settings, "PRISM_IDENTITY_URL", told["prism_identity_url"])
        patch.setattr(settings, "PRISM_API_URL", told["prism_api_url"])
        patch.setattr(settings, "SYNCRO_BASE_URL", told["syncro_base_url"])
        patch.setattr(settings, "SYNCRO_REQUESTS_PER_MINUTE", 0)
        patch.setattr(settings, "SETTLE_SECONDS", 0)
        patch.setattr(settings, "WAIT_FACTOR", 0.02)
        patch.setattr(settings, "ALLOW_PRIVATE_API_HOSTS", True)
        patch.setenv("NORTHWIND_PRISM_SECRET", told["accounts"][0]["prism_client_secret"])
        patch.setenv("NORTHWIND_SYNCRO_TOKEN", told["accounts"][0]["syncro_token"])
        office = WitnessedOffice(server, folder)
        yield office
        office.demand_faults()


@pytest.fixture(scope="module")
def kept_database(
    test_servers: databases.TestServers, django_db_setup: None, redis_url: str, django_db_blocker: Any
) -> Iterator[None]:
    """What is written lasts until the end of the module."""
    with django_db_blocker.unblock():
        yield
        databases.empty_database(test_servers, settings.DATABASES["default"]["NAME"])


@dataclass(frozen=True)
class Baseline:
    """Where the first month of a module's customers was synced."""

    folder: Path
    wishes: Json


@pytest.fixture(scope="module")
def first_month(
    request: pytest.FixtureRequest, kept_database: None, tmp_path_factory: pytest.TempPathFactory
) -> Baseline:
    """The customers that the module names in ``CAST``, configured and synced once for all its tests."""
    folder = tmp_path_factory.mktemp("first-month")
    with opened(folder) as office:
        office.configure(*request.module.CAST)
        office.sync()
        return Baseline(folder, office.wishes)


@pytest.fixture
def office(first_month: Baseline, db: None, tmp_path: Path) -> Iterator[Office]:
    """The module's office after its first sync; whatever a test does is forgotten behind it."""
    shutil.copytree(first_month.folder / "sandbox", tmp_path / "sandbox")
    with opened(tmp_path) as found:
        found.wishes = copy.deepcopy(first_month.wishes)
        yield found


def set_aside_first_month() -> None:
    """The partner that other tests of the module share is no part of this one; rolled back after it."""
    partner_id = find_partner("northwind")
    if partner_id is not None:
        with partner_scope(partner_id):
            Partner.objects.filter(pk=partner_id).update(slug="northwind-of-other-tests")


@pytest.fixture
def open_office(db: None, redis_url: str, tmp_path: Path) -> Iterator[Open]:
    """Opens an office whose vendors have the given switches, before anything is configured."""
    with ExitStack() as stack:

        def begin(**switches: str) -> Office:
            set_aside_first_month()
            return stack.enter_context(opened(tmp_path, switches))

        yield begin
