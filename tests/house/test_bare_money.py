"""money/ is plain Python: it runs where nothing of the product and no library is installed."""

from __future__ import annotations

import subprocess
from pathlib import Path

# -I and -S: no environment, no user folder and no site-packages, so that no library can be imported.
IMPORT_ALL = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
import money
names = [found.name for found in pkgutil.walk_packages(money.__path__, "money.")]
for name in names:
    importlib.import_module(name)
ours = {path.name for path in __import__("pathlib").Path(sys.argv[1]).iterdir() if (path / "__init__.py").exists()}
print(len(names), *sorted(name for name in sys.modules if name.split(".")[0] in ours - {"money"}))
"""


def test_money_is_imported_in_a_bare_interpreter_with_the_records_of_connectors_alone(
    python: str, checkout: Path
) -> None:
    done = subprocess.run(
        [python, "-I", "-S", "-c", IMPORT_ALL, str(checkout)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, f"money/ imports more than connectors.records: take it out.\n{done.stderr}"
    number, *ours = done.stdout.split()
    assert int(number) >= 20
    assert ours == ["connectors", "connectors.records"]


def test_an_import_of_a_library_is_found(python: str, tmp_path: Path) -> None:
    room = tmp_path / "money"
    room.mkdir()
    (room / "__init__.py").write_text("")
    (room / "planning.py").write_text("import django\n")

    done = subprocess.run(
        [python, "-I", "-S", "-c", IMPORT_ALL, str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "No module named 'django'" in done.stderr
