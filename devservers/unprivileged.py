"""PostgreSQL refuses to run as root; as root, an existing account without rights runs it."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devservers.trouble import ServerTrouble

ACCOUNTS = ("nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """Who runs PostgreSQL; ``uid`` None means the account that runs this program."""

    name: str
    uid: int | None = None
    gid: int | None = None

    def run(self, command: list[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, from a folder that it can reach, and keep what it prints."""
        rights: dict[str, Any] = {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}
        done = subprocess.run(
            command,
            cwd="/",
            env=_plain_environment(),
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
            **rights,
        )
        if check and done.returncode:
            raise ServerTrouble(f"{Path(command[0]).name} failed:\n{(done.stderr or done.stdout).strip()}")
        return done

    def own(self, path: Path) -> None:
        """Hand a file or folder to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_use(self, *paths: Path) -> bool:
        """True when this account can enter or execute every path."""
        if self.uid is None:
            return True
        return all(
            self.run(["/bin/sh", "-c", 'test -x "$0"', str(path)], check=False).returncode == 0 for path in paths
        )


def server_account() -> Account:
    """The present account, or as root an existing one without rights."""
    if os.geteuid() != 0:
        return Account(name=pwd.getpwuid(os.geteuid()).pw_name if _is_named() else str(os.geteuid()))
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise ServerTrouble(f"PostgreSQL does not run as root, and there is none of the accounts {', '.join(ACCOUNTS)}.")


def _is_named() -> bool:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return True


def _plain_environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
