"""A short series of the breaking tool: two seeds with kills of workers, servers and Redis' memory."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from chaos import table
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
    assert all(row["runs"] and row["faults"] for row in rows)


def test_finished_series_is_not_played_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    from chaos.__main__ import main

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


def test_damage_in_a_series_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    from chaos.__main__ import main

    results = tmp_path / "results.jsonl"
    table.append(results, table.as_row(table.SeedResult(7, stuck=1)))

    code = main(["--replay", "7", "--resume", str(results), "--data", str(tmp_path)])

    assert code == 1
    assert "damaged seeds: 7" in capsys.readouterr().out
