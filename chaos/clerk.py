"""Commands of the product, as ``manage.py`` runs them, without its start-up each time.

One process has Python, Django and the commands loaded. It opens no connection; for every order it forks,
and the child runs that one command and ends, as a fresh ``manage.py`` would.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

COMMANDS = ("configure", "reconcile", "sync")
PROGRAM = """
import json, os, sys
sys.path.insert(0, os.getcwd())
os.environ["DJANGO_SETTINGS_MODULE"] = "billingsync.settings"
import django
django.setup()
from django.core import checks
from django.core.management import load_command_class
import devservers.servers
import manage

checks.run_checks()  # loads the pages, as every command does
for name in sys.argv[1:]:
    load_command_class("billingsync", name)
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if child == 0:
        for number, path in ((1, order["output"]), (2, order["errors"])):
            os.dup2(os.open(path, os.O_WRONLY), number)
        os.environ.update(order["secrets"])
        sys.argv = ["manage.py", *order["words"]]
        code = 0
        try:
            manage.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    output: str
    errors: str


class Clerk:
    """Runs commands of the product, one after the other."""

    def __init__(self, checkout: Path, env: Mapping[str, str]) -> None:
        self.checkout = checkout
        self.env = dict(env)
        self._process: subprocess.Popen[str] | None = None

    def run(self, words: Sequence[str], secrets: Mapping[str, str]) -> Done:
        """One command; the servers' own (``services``) start from nothing."""
        if words[0] in COMMANDS:
            return self._order(words, secrets)
        command = [sys.executable, "manage.py", *words]
        env = {**self.env, **secrets}
        done = subprocess.run(command, cwd=self.checkout, env=env, text=True, capture_output=True, check=False)
        return Done(done.returncode, done.stdout, done.stderr)

    def close(self) -> None:
        """End the process that waits."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()
            self._process = None

    def _order(self, words: Sequence[str], secrets: Mapping[str, str]) -> Done:
        process = self._process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        with tempfile.NamedTemporaryFile("r") as output, tempfile.NamedTemporaryFile("r") as errors:
            order = {"words": list(words), "secrets": dict(secrets), "output": output.name, "errors": errors.name}
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            return Done(int(answer), output.read(), errors.read())

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", PROGRAM, *COMMANDS],
            cwd=self.checkout,
            env=self.env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the series, which ends it in order
        )
