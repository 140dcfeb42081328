"""One installation as operations.md describes it: a database, an environment, the three parts and the proxy."""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chaos.portal import Portal
from rehearsal.processes import free_port
from rehearsal.program import Parts, Program, plain_environment
from rehearsal.proxy import NAME, ORIGIN, Proxy
from rehearsal.servers import Servers
from rehearsal.steps import NotSoError, require, wait_for
from rehearsal.vendors import CHECKOUT, Vendors
from sandbox.demo_partner import LOGIN_EMAIL, LOGIN_WORDS, PARTNER

OWNED = ("ADMIN_DATABASE_URL", "MIGRATE_DATABASE_URL")  # of no part of the running program
ALL_PARTS = {"database": True, "redis": True, "worker": True, "beat": True}
SYNC_SECONDS = 600.0
APPROVALS = 5


class Site:
    """One installation, with its vendors."""

    def __init__(self, servers: Servers, program: Program, folder: Path, mail_port: int) -> None:
        folder.mkdir(mode=0o755)
        self.folder, self.servers, self.program = folder, servers, program
        self.vendors = Vendors(folder / "vendors")
        self.web_port = free_port()
        self.proxy = Proxy((CHECKOUT / "docs/proxy/nginx.conf").read_text(), folder, self.web_port)
        self.portal = Portal(self.proxy.url, PARTNER, LOGIN_EMAIL, LOGIN_WORDS, self.proxy.open_session)
        self.env = {
            **plain_environment(),
            **self.vendors.addresses(),
            "HOME": str(folder),
            "PATH": f"{servers.tools}:{plain_environment()['PATH']}",
            "BILLINGSYNC_ENV": "production",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_ENCRYPTION_KEYS": new_key("k1"),
            "INSTALLATION_ID": str(uuid.uuid4()),
            "REDIS_KEY_PREFIX": f"{folder.name}:",
            "ALLOWED_HOSTS": NAME,
            "PUBLIC_URL": ORIGIN,
            "PROXY_PROTO_HEADER": "X-Forwarded-Proto",
            "TRUSTED_PROXY_COUNT": "1",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "DEFAULT_FROM_EMAIL": "Billing Sync <billing@example.com>",
            "OPERATOR_EMAIL": "operator@example.com",
            "TARGETS_ENABLED_BY_DEFAULT": "1",
            "SYNCRO_REQUESTS_PER_MINUTE": "0",
            "UNKNOWN_LIMIT_REQUESTS_PER_MINUTE": "0",
        }
        self.use_database(folder.name)

    def use_database(self, name: str) -> None:
        """From now on the program works with that one."""
        self.env |= self.servers.addresses(name)

    # --- the program

    def make_database(self) -> None:
        """Both roles, the database and the grants."""
        self.program.run(self.env, "-m", "billingsync.database_roles")

    def install(self) -> None:
        """What is done once the tree is in place, the first time and at each update."""
        self.make_database()
        self.manage("migrate", "--no-input", "--verbosity", "0")
        self.manage("collectstatic", "--no-input", "--verbosity", "0")

    def configure(self) -> None:
        """The partner, by its file."""
        file = self.folder / "northwind.yaml"
        file.write_text(self.vendors.partner_file(), encoding="utf-8")
        self.manage("configure", str(file))

    def manage(self, *words: str, codes: Sequence[int] = (0,)) -> str:
        """A command of the program, with what the schema's owner may."""
        env = {name: value for name, value in self.env.items() if name != "ADMIN_DATABASE_URL"}
        return self.program.run(env | self.vendors.secrets(), "manage.py", *words, codes=codes)

    def ask(self, *words: str) -> Any:
        """What a command answers in JSON; its code may say that it has something bad to tell."""
        return json.loads(self.manage(*words, "--json", codes=(0, 1)))

    @contextmanager
    def running(self, *, requests_a_minute: int = 0) -> Iterator[None]:
        """Web, worker, beat and proxy, ready to work; with a limit, so that a sync takes its time."""
        pace = {"SYNCRO_REQUESTS_PER_MINUTE": str(requests_a_minute)}
        env = {name: value for name, value in self.env.items() if name not in OWNED} | pace
        parts = Parts(self.program, env, self.folder, self.web_port)
        with self.proxy.running(), parts.running():
            if self.program.is_present():
                wait_for(self._is_ready, 180, "/readyz does not say that every part works")
            yield

    def _is_ready(self) -> bool:
        answer = self.proxy.open_session().get(f"{self.proxy.url}/readyz", timeout=10)
        return answer.status_code == 200 and bool(answer.json() == ALL_PARTS)

    # --- syncs

    def sync(self) -> None:
        """Somebody presses the button, and applies what waits for a person."""
        self.portal.sync_now()
        self.finish()

    def finish(self) -> None:
        """Every run ends, and no plan waits."""
        for _ in range(APPROVALS):
            require(self.portal.wait_until_idle(SYNC_SECONDS), "a run did not end")
            if not self.portal.approve():
                return
        raise NotSoError("plans go on waiting")

    def prove(self) -> str:
        """Each invoice balances, nothing is there twice, another sync writes nothing; says how much was looked at."""
        invoices = self.ask("reconcile", "--partner", PARTNER)["invoices"]
        off = [one["number"] for one in invoices if not (one["retail"]["balanced"] and one["cost"]["balanced"])]
        require(invoices, "there is no invoice")
        require(not off, f"invoices that do not balance: {', '.join(off)}")
        twice = sorted(mark for mark, number in self.vendors.billed_once().items() if number > 1)
        require(not twice, f"one-time lines that are billed twice: {', '.join(twice)}")
        require(not self.vendors.doubled(), f"lines that stand twice: {', '.join(self.vendors.doubled())}")
        before = self.vendors.count_writes()
        runs = self.ask("sync", "--partner", PARTNER)["runs"]
        bad = [message for run in runs if run["status"] == "error" for message in run["messages"]]
        require(not bad, f"another sync ended with an error: {' '.join(bad)[:500]}")
        written = self.vendors.count_writes() - before
        require(not written, f"another sync wrote {written} times")
        marks = self.vendors.billed_once()
        return (
            f"{len(invoices)} invoices balance, {len(self.vendors.lines())} lines and {len(marks)} one-time marks once"
        )


def new_key(name: str) -> str:
    """An entry of the key ring."""
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
