"""Where the records and their accepted plans are, and what the plan of a record is today."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.replay.form import read_record
from tests.replay.loading import load_facts, plan_facts
from tests.replay.table import write_table
from tests.replay.telling import tell

RECORDS = Path(__file__).parent / "records"


@dataclass(frozen=True, slots=True)
class Moved:
    """A record whose plan is not the accepted one; ``accepted`` is "" where none is."""

    name: str
    file: Path
    accepted: str
    now: str


def moved_plans(names: Collection[str] = ()) -> Iterator[Moved]:
    """Of all records, or of these."""
    for name, file in record_files().items():
        if names and name not in names:
            continue
        accepted, now = accepted_plan(file), plan_today(file)
        if accepted != now:
            yield Moved(name, file, accepted, now)


def record_files() -> dict[str, Path]:
    """Every record by its name."""
    return {file.stem: file for file in sorted(RECORDS.rglob("*.json"))}


def plan_file(record: Path) -> Path:
    """Where the accepted plan of a record stands."""
    return record.with_suffix(".plan.txt")


def accepted_plan(record: Path) -> str:
    """The plan that was accepted last, "" where none was."""
    file = plan_file(record)
    return file.read_text(encoding="utf-8") if file.exists() else ""


def plan_today(record: Path) -> str:
    """The plan that the product makes of a record today, as text."""
    read = read_record(record)
    facts = load_facts(read)
    return write_table(record.stem, read.story, tell(facts, *plan_facts(facts)))
