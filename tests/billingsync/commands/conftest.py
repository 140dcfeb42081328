"""A file to write, a command to run, and the vendors it reaches."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.onboarding import PASSWORD, Vendors, connected, partner, stranger, vendors
from tests.portal.conftest import cast, shop

__all__ = ["cast", "connected", "partner", "shop", "stranger", "vendors"]


@dataclass(frozen=True)
class Outcome:
    """What a command printed, and how it ended."""

    code: int
    out: str
    told: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(db: None) -> Run:
    """Run a command of ``manage.py`` in this process."""

    def run_command(*words: str) -> Outcome:
        out, told = io.StringIO(), io.StringIO()
        try:
            call_command(*words, stdout=out, stderr=told)
        except CommandError as error:
            return Outcome(error.returncode, out.getvalue(), f"{told.getvalue()}{error}")
        except SystemExit as ended:
            return Outcome(int(ended.code or 0), out.getvalue(), told.getvalue())
        return Outcome(0, out.getvalue(), told.getvalue())

    return run_command


@pytest.fixture
def configure(run: Run, vendors: Vendors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Outcome]:
    """Write a file and configure from it, with the sandbox's secrets in the environment."""
    monkeypatch.setenv("NORTHWIND_PASSWORD", PASSWORD)
    monkeypatch.setenv("PRISM_SECRET", vendors.prism["client_secret"])
    monkeypatch.setenv("SYNCRO_TOKEN", vendors.syncro["api_token"])
    monkeypatch.setenv("WRONG_SECRET", "nobody-knows-this-one")

    def configure_from(text: str) -> Outcome:
        file = tmp_path / "northwind.yaml"
        file.write_text(text, encoding="utf-8")
        return run("configure", str(file))

    return configure_from
