"""The test run itself: checks against official documents are left out aloud, never in silence."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from devservers.places import CHECKOUT

SAMPLE = """
import pytest

@pytest.mark.official_document("SYNCRO_OPENAPI")
def test_document():
    pass

def test_other():
    pass
"""


@pytest.fixture
def run_sample(tmp_path):
    """Run a sample test file under the project's configuration and conftest."""
    (tmp_path / "test_sample.py").write_text(SAMPLE)

    def run(**variables):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "SYNCRO_", "CLOUDIQ_"))}
        options = ["-c", "pyproject.toml", "--rootdir", ".", "-p", "tests.conftest", "-p", "no:randomly"]
        return subprocess.run(
            [sys.executable, "-m", "pytest", *options, str(tmp_path)],
            cwd=CHECKOUT, env=environment | variables, text=True, capture_output=True, check=False,
        ).stdout  # fmt: skip

    return run


def test_check_without_its_document_is_deselected_and_named(run_sample):
    report = run_sample()

    assert "Left out, no path given: checks against the documents of SYNCRO_OPENAPI, CLOUDIQ_OPENAPI" in report
    assert "1 passed, 1 deselected" in report


def test_check_with_its_document_runs(run_sample):
    report = run_sample(SYNCRO_OPENAPI="syncro.json", CLOUDIQ_OPENAPI="cloudiq.yaml")

    assert "Left out" not in report
    assert "2 passed" in report
