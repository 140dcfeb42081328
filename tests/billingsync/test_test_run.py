"""The test run itself: nothing is left out in silence, long files begin first, and the slowest are named."""

from __future__ import annotations

import os
import re
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


LONG = """
def test_long():
    assert sum(n % 7 for n in range(3_000_000))
"""


@pytest.fixture
def run_sample(tmp_path):
    """Run a sample test file under the project's configuration and conftest."""
    (tmp_path / "test_sample.py").write_text(SAMPLE)

    def run(*words, **variables):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "SYNCRO_", "CLOUDIQ_"))}
        options = ["-c", "pyproject.toml", "--rootdir", ".", "-p", "tests.conftest", "-p", "no:randomly"]
        return subprocess.run(
            [sys.executable, "-m", "pytest", *options, *words, str(tmp_path)],
            cwd=CHECKOUT, env=environment | variables, text=True, capture_output=True, check=False,
        ).stdout  # fmt: skip

    return run


def test_check_without_its_document_is_deselected_and_named(run_sample):
    report = run_sample()

    assert "Left out, no path given: checks against the documents of SYNCRO_OPENAPI, CLOUDIQ_OPENAPI" in report
    assert "1 passed, 1 deselected" in report


def test_check_with_its_document_runs(run_sample):
    report = run_sample(SYNCRO_OPENAPI="syncro.json", CLOUDIQ_OPENAPI="cloudiq.yaml")

    assert "Left out, no path given" not in report
    assert "2 passed" in report


def test_long_files_begin_first_and_the_slowest_is_named(run_sample, tmp_path):
    for folder, text in (("a_folder", SAMPLE), ("end_to_end", LONG)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"test_of_{folder}.py").write_text(text)

    report = run_sample("-p", "tests.slowest_files", "--slowest-files", "1", "-n", "1", "--dist", "loadfile", "-v")

    begun = re.findall(r"PASSED (?:\S+/)?(\w+\.py)::", report)
    assert begun == ["test_of_end_to_end.py", "test_of_a_folder.py", "test_sample.py"]
    table = re.search(r"=+ slowest 1 files =+\n(.+)\n+=+ 3 passed in", report)
    assert table is not None, report
    took, used, tests, file = re.fullmatch(r" *([\d.]+) s +([\d.]+) s CPU +(.+?)  (\S+)", table[1]).groups()
    assert (tests, file.rpartition("/")[2]) == ("1 test", "test_of_end_to_end.py")
    assert float(took) > 0
    assert float(used) > 0
