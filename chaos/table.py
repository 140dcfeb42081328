"""Results of a series: a line of JSON per seed in a file, and a table to read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from chaos.mischief import FAULT_KINDS
from chaos.seeds import SeedResult
from chaos.upsets import UPSET_KINDS
from chaos.vendors import SLOW

__all__ = ["SeedResult", "append", "as_row", "head", "is_damaged", "is_toothless", "line", "read", "totals"]

KINDS = (*FAULT_KINDS, *UPSET_KINDS, SLOW)

COLUMNS = {
    "seed": 5, "mode": 7, "faults": 8, "unmet": 7, "kills": 7, "edits": 7, "runs": 6, "dupl.": 7, "missing": 9,
    "cents": 8, "foreign": 9, "stuck": 7, "unbal.": 8, "429": 5, "held": 11, "end s": 7, "s": 7,
}  # fmt: skip
COUNTED = ("faults", "unmet", "kills", "edits")
ENOUGH = 60  # orders after which a kind of fault must have happened at least once
DAMAGE = ("duplicates", "missing", "wrong_cents", "foreign", "stuck", "unbalanced", "refused")
Row = dict[str, Any]


def as_row(result: SeedResult) -> Row:
    """What is kept of a seed."""
    found = result.damage
    return {
        "seed": result.seed,
        "partners": result.partners,
        "months": result.months,
        "quiet": result.quiet,
        "limit": result.limit,
        "switches": list(result.switches),
        "faults": dict(result.faults),
        "unmet": dict(result.unmet),
        "kills": dict(result.kills),
        "edits": dict(result.edits),
        "runs": result.runs,
        "errors": result.errors,
        "duplicates": found.duplicates,
        "missing": found.missing,
        "wrong_cents": found.wrong_cents,
        "foreign": found.foreign,
        "stuck": result.stuck,
        "unbalanced": found.unbalanced,
        "refused": found.refused,
        "held_cents": found.held_cents,
        "seconds": result.seconds,
        "longest_end": result.longest_end,
        "facts": found.facts,
    }


def is_damaged(row: Row) -> bool:
    """Whether any damage column is not 0."""
    return any(row[name] for name in DAMAGE)


def append(file: Path, row: Row) -> None:
    """Write one seed down, behind the last whole line: a series that was killed may have left half of one."""
    with file.open("ab+") as out:
        out.seek(0)
        out.truncate(len(_whole_lines(out.read())))
        out.write(f"{json.dumps(row, ensure_ascii=False)}\n".encode())


def read(file: Path) -> list[Row]:
    """The seeds of a series so far; a last line that was cut off is left out."""
    if not file.exists():
        return []
    rows = [json.loads(line) for line in _whole_lines(file.read_bytes()).decode().split("\n") if line.strip()]
    return [dict.fromkeys(DAMAGE, 0) | {"unmet": {}} | row for row in rows]


def _whole_lines(text: bytes) -> bytes:
    return text[: text.rfind(b"\n") + 1]


def head() -> str:
    """The names of the columns."""
    return _line(COLUMNS)


def line(row: Row) -> str:
    """One seed."""
    sums = [sum(row[name].values()) for name in COUNTED]
    rest = [row[name] for name in ("runs", *DAMAGE)]
    return _line([row["seed"], "quiet" if row["quiet"] else "rough", *sums, *rest, *_measures(row)])


def totals(rows: Sequence[Row]) -> str:
    """Sums, and what broke by kind."""
    kinds = {name: _by_kind(rows, name) for name in COUNTED}
    summed = {name: sum(row[name] for row in rows) for name in ("runs", *DAMAGE, "held_cents")}
    numbers = [sum(found.values()) for found in kinds.values()]
    seconds = round(sum(row["seconds"] for row in rows), 1)
    ends = max((row["longest_end"] for row in rows), default=0)
    rest = [summed[name] for name in ("runs", *DAMAGE)]
    whole = _line(["all", "", *numbers, *rest, f"{summed['held_cents'] / 100:.2f}", ends, seconds])
    told = [f"{name}: {_listed(found)}" for name, found in kinds.items()]
    told.append(f"never happened: {_listed(never_happened(rows))}")
    longest = max((row["seconds"] for row in rows), default=0)
    damaged = [str(row["seed"]) for row in rows if is_damaged(row)]
    return "\n".join([whole, "", *told, f"longest seed: {longest} s", f"damaged seeds: {', '.join(damaged) or 'none'}"])


def never_happened(rows: Iterable[Row]) -> Counter[str]:
    """Kinds of faults that no seed has met, with how often they were ordered."""
    rows = list(rows)
    happened, unmet = _by_kind(rows, "faults"), _by_kind(rows, "unmet")
    return Counter({kind: unmet[kind] for kind in (*KINDS, *unmet) if not happened[kind]})


def is_toothless(rows: Iterable[Row]) -> bool:
    """Whether a kind of fault was ordered often enough and has not happened once."""
    return any(ordered >= ENOUGH for ordered in never_happened(rows).values())


def _listed(found: Counter[str]) -> str:
    return ", ".join(f"{kind} {number}" for kind, number in found.most_common()) or "none"


def _measures(row: Row) -> tuple[object, ...]:
    return f"{row['held_cents'] / 100:.2f}", row["longest_end"], row["seconds"]


def _by_kind(rows: Iterable[Row], name: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        found.update(row[name])
    return found


def _line(cells: Iterable[object]) -> str:
    return "".join(f"{cell!s:>{width}}" for cell, width in zip(cells, COLUMNS.values(), strict=True))
