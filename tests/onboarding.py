"""A partner to set up, and the vendors it talks to: the sandbox, over HTTP. Imported by conftest files."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model, QuerySet
from pytest_django import Settings

from accounts.models import Partner
from accounts.services import create_partner, create_user, ensure_member
from connections.services import connect, enable_target
from core.audit import COMMAND
from core.scope import partner_scope
from sandbox.server import SandboxServer, running

PASSWORD = "correct horse battery staple"


def history(label: str) -> QuerySet[Model]:
    """Rows of an event table, by Django's label of it, in the open scope."""
    rows: QuerySet[Model] = apps.get_model(label)._default_manager.all()
    return rows


class Vendors:
    """The sandbox as a test needs it: credentials, what was called, and edits behind the product's back."""

    def __init__(self, server: SandboxServer) -> None:
        self.told = server.introduction()
        self.account = self.told["accounts"][0]
        self.other_account = self.told["accounts"][1]
        self.prism = {
            "client_id": self.account["prism_client_id"],
            "client_secret": self.account["prism_client_secret"],
        }
        self.syncro = {"subdomain": self.account["subdomain"], "api_token": self.account["syncro_token"]}

    def calls(self) -> int:
        """Requests that reached a vendor so far."""
        log = self._ask("GET", "/log")
        return sum(one["total"] for one in log["summary"].values())

    def edit(self, **edit: Any) -> None:
        """Change something in the vendor's own screens."""
        self._ask("POST", "/ui", {"account": self.account["subdomain"], **edit})

    def mapping(self) -> list[dict[str, Any]]:
        """The mapping that the reseller has in mind."""
        found: list[dict[str, Any]] = self._ask("GET", "/mapping")["mappings"]
        return found

    def charges(self) -> list[dict[str, Any]]:
        """What the distributor charged, by tenant, motion and month."""
        found: list[dict[str, Any]] = self._ask("GET", "/truth")["charges"]
        return found

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.told["admin_url"] + path, data, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)


@pytest.fixture
def partner(db: None) -> Partner:
    """Northwind IT with an owner and a viewer."""
    made = create_partner(slug="northwind", name="Northwind IT", time_zone="Europe/Oslo", actor=COMMAND)
    with partner_scope(made.pk):
        for name in ("owner", "viewer"):
            user = create_user(email=f"{name}@northwind.example", password=PASSWORD)
            ensure_member(user=user, role=name, actor=COMMAND)
    return made


@pytest.fixture
def stranger(db: None) -> Partner:
    """Another partner, who has nothing to do with the first."""
    return create_partner(slug="tailwind", name="Tailwind Services", actor=COMMAND)


@pytest.fixture
def vendors(tmp_path: Path, settings: Settings, redis_url: str) -> Iterator[Vendors]:
    """PRISM and Syncro, answering on a free port, with the product pointed at them."""
    with running(tmp_path / "sandbox", accounts=("northwind", "tailwind")) as server:
        vendors = Vendors(server)
        settings.PRISM_IDENTITY_URL = vendors.told["prism_identity_url"]
        settings.PRISM_API_URL = vendors.told["prism_api_url"]
        settings.SYNCRO_BASE_URL = vendors.told["syncro_base_url"]
        settings.SYNCRO_REQUESTS_PER_MINUTE = 0
        settings.ALLOW_PRIVATE_API_HOSTS = True
        yield vendors


@pytest.fixture
def connected(partner: Partner, vendors: Vendors) -> Partner:
    """Northwind IT, connected to both."""
    enable_target(partner.pk, "syncro", COMMAND)
    connect(partner.pk, "prism", vendors.prism, COMMAND)
    connect(partner.pk, "syncro", vendors.syncro, COMMAND)
    return partner
