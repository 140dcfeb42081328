"""The plans of the replay suite: say what moved, accept it, or record more months of the sandbox."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"


def main(arguments: Sequence[str]) -> int:
    """0 when done, 1 where ``show`` finds plans that moved, 2 for names that nobody knows."""
    django.setup()
    asked = _parser().parse_args(arguments)
    unknown = sorted(set(asked.name) - asked.known())
    if unknown:
        sys.stderr.write(f"Nobody knows {', '.join(unknown)}.\n")
        return 2
    answer: int = asked.do(asked.name)
    return answer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, do, known, told in (
        ("show", show, _records, "say which plans moved, and how; of all records or of these"),
        ("accept", accept, _records, "write today's plans as the accepted ones; of all records or of these"),
        ("record", record, _stories, "play stories of the sandbox and keep those of their months that are new"),
    ):
        command = commands.add_parser(name, help=told)
        command.add_argument("name", nargs="*")
        command.set_defaults(do=do, known=known)
    return parser


def show(names: Sequence[str]) -> int:
    """Say what moved, with the rows that differ."""
    from tests.replay.difference import show_difference
    from tests.replay.suite import moved_plans

    moved = list(moved_plans(names))
    for one in moved:
        _say(f"{show_difference(one.name, one.accepted, one.now)}\n")
    return 1 if moved else 0


def accept(names: Sequence[str]) -> int:
    """Write what the product plans today, and say what moved."""
    from tests.replay.difference import tell_difference
    from tests.replay.suite import moved_plans, plan_file

    for one in moved_plans(names):
        plan_file(one.file).write_text(one.now, encoding="utf-8")
        _say("\n".join(tell_difference(one.name, one.accepted, one.now)))
    return 0


def record(names: Sequence[str]) -> int:
    """Play stories on servers of the tests; what is recorded already stays as it is."""
    from tests.end_to_end.conftest import opened
    from tests.replay.recorder.stage import Stage
    from tests.replay.recorder.stories import STORIES
    from tests.replay.suite import RECORDS

    for name in names or STORIES:
        with _database(), tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as office:
            STORIES[name](Stage(office, name, RECORDS / "sandbox", _say))
    return 0


def _records() -> set[str]:
    from tests.replay.suite import record_files

    return set(record_files())


def _stories() -> set[str]:
    from tests.replay.recorder.stories import STORIES

    return set(STORIES)


@contextmanager
def _database() -> Iterator[None]:
    """A fresh database of the tests' servers."""
    from django.conf import settings
    from django.db import connections

    from tests import databases

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    servers = databases.start_servers()
    name = settings.DATABASES["default"]["NAME"] = databases.create_database(servers)
    try:
        yield
    finally:
        connections.close_all()
        databases.drop_database(servers, name)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
