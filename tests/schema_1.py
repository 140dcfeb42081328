"""The schema from which upgrades are promised, as this checkout's history has it."""

from __future__ import annotations

import subprocess
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path

from devservers.places import CHECKOUT

NAME = "schema-1"


@cache
def commit_of_schema_1() -> str:
    """The tag, else the commit that added the file ``SCHEMA``; "" where the history does not reach back to it."""
    tagged = _git("rev-parse", "--verify", "--quiet", f"refs/tags/{NAME}^{{commit}}")
    if tagged:
        return tagged
    added = _git("log", "--diff-filter=A", "--format=%H", "--", "SCHEMA").split()
    # A shallow history begins with a commit that seems to add every file.
    shallow = CHECKOUT / _git("rev-parse", "--git-path", "shallow")
    cut = shallow.read_text().split() if added and shallow.is_file() else []
    return added[-1] if added and added[-1] not in cut else ""


def unpack_schema_1(folder: Path) -> None:
    """The tree of that commit."""
    archived = subprocess.run(
        ["git", "archive", "--format=zip", commit_of_schema_1()], cwd=CHECKOUT, capture_output=True, check=True
    )
    with zipfile.ZipFile(BytesIO(archived.stdout)) as tree:
        tree.extractall(folder)


def _git(*words: str) -> str:
    """What git says; nothing outside of a checkout, or where there is no git."""
    try:
        said = subprocess.run(["git", *words], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""
