"""A short series of the breaking tool: two seeds with kills of workers, servers and Redis' memory."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from chaos import table
from chaos.__main__ import main
from chaos.processes import CHECKOUT

pytestmark = pytest.mark.servers

FIRST, SEEDS = 2, 2  # a rough seed and a quiet one


def test_short_series_leaves_no_damage(python: str, tmp_path: Path):
    results = tmp_path / "results.jsonl"
    words = ["--seeds", str(SEEDS), "--start", str(FIRST), "--resume", str(results), "--data", "var/test/chaos"]

    done = subprocess.run([python, "-m", "chaos", *words], cwd=CHECKOUT, capture_output=True, text=True, check=False)

    rows = table.read(results)
    assert [row["seed"] for row in rows] == [2, 3], done.stderr
    assert [row["facts"] for row in rows if table.is_damaged(row)] == []
    assert done.returncode == 0
    assert [row["quiet"] for row in rows] == [False, True]
    assert [bool(row["runs"] and row["faults"]) for row in rows] == [True, True]
    assert "never happened: " in done.stdout


def test_finished_series_is_not_played_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    results = tmp_path / "results.jsonl"
    row = table.as_row(table.SeedResult(1, months=2)) | {"runs": 3}
    table.append(results, row)

    code = main(["--seeds", "1", "--resume", str(results), "--data", str(tmp_path)])

    assert code == 0
    assert "damaged seeds: none" in capsys.readouterr().out
    assert table.read(results) == [row]


def test_line_that_was_cut_off_is_left_out_and_written_over(tmp_path: Path):
    results = tmp_path / "results.jsonl"
    first, second = (table.as_row(table.SeedResult(seed)) for seed in (1, 2))
    table.append(results, first)
    with results.open("a") as out:
        out.write('{"seed": 2, "months')

    assert table.read(results) == [first]
    table.append(results, second)
    assert table.read(results) == [first, second]


def test_series_from_before_a_column_was_added_is_read(tmp_path: Path):
    results = tmp_path / "results.jsonl"
    row = table.as_row(table.SeedResult(1))
    table.append(results, {name: value for name, value in row.items() if name != "refused"})

    assert table.read(results)[0]["refused"] == 0


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("REPLAY=41", "--replay 41 --verbose"),
        ("SEEDS=200 RESUME=some/file.jsonl", '--seeds 200 --jobs 1 --resume "some/file.jsonl"'),
    ],
)
def test_make_chaos_replays_and_resumes(words: str, asked: str):
    make = shutil.which("make")
    assert make is not None

    told = subprocess.run(
        [make, "-n", "chaos", *words.split()], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )

    assert asked in " ".join(told.stdout.split())


def test_kind_of_fault_that_never_happens_is_named_and_ends_a_long_series_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    results = tmp_path / "results.jsonl"
    happened = Counter(dict.fromkeys(table.KINDS, 1))
    unmet = Counter({"latency": 30, "429": 29})
    first = table.SeedResult(1, faults=happened - Counter({"latency": 1, "line edited": 1}), unmet=unmet)
    second = table.SeedResult(2, unmet=unmet)

    codes, told = [], []
    for result in (first, second):
        table.append(results, table.as_row(result))
        codes.append(main(["--replay", "1", "--resume", str(results), "--data", str(tmp_path)]))
        told.append(capsys.readouterr().out)

    assert codes == [0, 1]
    assert "never happened: latency 30, line edited 0\n" in told[0]
    assert "never happened: latency 60, line edited 0\n" in told[1]


def test_series_from_before_unmet_faults_were_counted_is_read(tmp_path: Path):
    results = tmp_path / "results.jsonl"
    row = table.as_row(table.SeedResult(1))
    table.append(results, {name: value for name, value in row.items() if name != "unmet"})

    assert table.read(results) == [row]


def test_damage_in_a_series_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    results = tmp_path / "results.jsonl"
    table.append(results, table.as_row(table.SeedResult(7, stuck=1)))

    code = main(["--replay", "7", "--resume", str(results), "--data", str(tmp_path)])

    assert code == 1
    assert "damaged seeds: 7" in capsys.readouterr().out
