"""The table of mutants, the survivors, and what the list of accepted ones is missing."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.mutants.making import Mutant
from tests.mutants.scope import MONEY
from tests.mutants.verdicts import Judged, Verdict, detected

LIST = Path(__file__).with_name("accepted.toml")
_ROW = "{:<34}{:>8}{:>8}{:>10}{:>10}{:>8}{:>10}"


def accepted() -> Mapping[str, str]:
    """By key, the reason why a mutant may survive."""
    reasons: dict[str, str] = tomllib.loads(LIST.read_text(encoding="utf-8"))["accepted"]
    return reasons


def table(mutants: Sequence[Mutant], verdicts: Mapping[str, Judged]) -> Iterator[str]:
    """A row for each module, and one for money and for what was drawn."""
    modules: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        modules[mutant.path].append(mutant)
        modules["money, all" if mutant.path.startswith(MONEY) else "the others, drawn"].append(mutant)
    yield _ROW.format("module", "mutants", "killed", "survived", "timed out", "to do", "noticed")
    for name in sorted(modules, key=lambda name: (not name.endswith(".py"), name)):
        found = [verdicts[one.key].verdict for one in modules[name] if one.key in verdicts]
        done = [one for one in found if one is not Verdict.UNFIT]
        counts = [done.count(one) for one in (Verdict.KILLED, Verdict.SURVIVED, Verdict.TIMED_OUT)]
        share = f"{detected(done):.1f} %" if done else ""
        yield _ROW.format(name, len(modules[name]), *counts, len(modules[name]) - len(done), share)


def survivors(mutants: Sequence[Mutant], verdicts: Mapping[str, Judged]) -> list[Mutant]:
    """Those that no test noticed."""
    return [one for one in mutants if one.key in verdicts and verdicts[one.key].verdict is Verdict.SURVIVED]


def complaints(mutants: Sequence[Mutant], verdicts: Mapping[str, Judged], known: Mapping[str, str]) -> list[str]:
    """Survivors without a reason, and reasons without a survivor, one line each."""
    found = survivors(mutants, verdicts)
    new = [
        f"{one.path}:{one.line} survives{'' if verdicts[one.key].tests else ', no test calls it'}: {_quoted(one.key)}"
        for one in found
        if one.key not in known
    ]
    killed = {Verdict.KILLED, Verdict.TIMED_OUT}
    idle = [key for key in known if key in verdicts and verdicts[key].verdict in killed]
    return new + [f"accepted, and killed now, so take it off {LIST.name}: {_quoted(key)}" for key in idle]


def gone(mutants: Sequence[Mutant], known: Mapping[str, str]) -> list[str]:
    """Accepted mutants that the code does not have any more."""
    return sorted(set(known) - {mutant.key for mutant in mutants})


def _quoted(key: str) -> str:
    """As it stands in the list."""
    return json.dumps(key, ensure_ascii=False)
