"""Runs the project's commands as a user would: as processes, with an environment of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from devservers.places import CHECKOUT

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def plain_environment(**variables: str) -> dict[str, str]:
    """Nothing of the test run's own settings, but what every process needs."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return {**kept, **variables}


@pytest.fixture
def run_python(tmp_path: Path) -> Run:
    """Run Python in the checkout with these variables alone and an empty data folder."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = plain_environment(BILLINGSYNC_DATA_DIR=str(tmp_path / "data")) | variables
        return subprocess.run(
            [sys.executable, *arguments], cwd=CHECKOUT, env=environment, text=True, capture_output=True, check=False
        )

    return run
