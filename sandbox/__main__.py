"""The sandbox's commands: serve, advance, mapping, truth, state, switch."""

from __future__ import annotations

import argparse
import datetime as dt
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from sandbox.admin import state_summary, whole_truth
from sandbox.mapping import mapping_of
from sandbox.server import SandboxServer
from sandbox.state import Store
from sandbox.switches import SWITCHES, UnknownSwitchError, changeable, read_assignments
from sandbox.timeline import DEFAULT_START, BackwardsError, advance, open_sandbox
from sandbox.wire import encode

DEFAULT_ACCOUNTS = ("northwind", "tailwind")


class NothingThereError(Exception):
    """The data folder holds no sandbox."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (NothingThereError, UnknownSwitchError, BackwardsError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    commands = parser.add_subparsers(required=True)
    serve = commands.add_parser("serve", help="answer as the vendors do, until SIGTERM")
    serve.add_argument("--data", type=Path, required=True)
    serve.add_argument("--port", type=int, default=0)
    serve.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE")
    serve.add_argument("--account", action="append", default=[], help="partner accounts of a new sandbox")
    serve.add_argument("--start", type=dt.date.fromisoformat, default=DEFAULT_START)
    serve.add_argument("--more-customers", type=int, default=0, metavar="N")
    serve.set_defaults(run=_serve)
    step = commands.add_parser("advance", help="move one month on, or to a day")
    step.add_argument("--to", type=dt.date.fromisoformat)
    step.set_defaults(run=_advance)
    for name, run, text in (
        ("mapping", _mapping, "the mapping that the reseller has in mind"),
        ("truth", _truth, "what each customer owes and each template must bill"),
        ("state", _state, "where the sandbox stands"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--account", default="")
        command.set_defaults(run=run)
    switch = commands.add_parser("switch", help="set switches, or list them")
    switch.add_argument("settings", nargs="*", metavar="NAME=VALUE")
    switch.set_defaults(run=_switch)
    for command in commands.choices.values():
        if command is not serve:
            command.add_argument("--data", type=Path, required=True)
    return parser


def _serve(options: argparse.Namespace) -> int:
    settings = read_assignments(options.switch)
    store = Store(options.data)
    with store.exclusive():
        open_sandbox(
            store,
            accounts=options.account or DEFAULT_ACCOUNTS,
            start=options.start,
            more_customers=options.more_customers,
            settings=settings,
        )
    server = SandboxServer(store, options.port)

    def stop(_signal: int, _frame: object) -> None:
        # shutdown() waits for the loop, so it must not run in the loop's own thread.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(encode(server.introduction()), flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    store.close()
    return 0


def _advance(options: argparse.Namespace) -> int:
    store = _existing(options.data)
    with store.exclusive():
        made = advance(store, options.to)
    print(encode(made))
    return 0


def _mapping(options: argparse.Namespace) -> int:
    store = _existing(options.data)
    with store.exclusive():
        account = options.account or next(iter(store.accounts))
        print(encode({"account": account, "mappings": mapping_of(store, account)}))
    return 0


def _truth(options: argparse.Namespace) -> int:
    store = _existing(options.data)
    with store.exclusive():
        print(encode(whole_truth(store, options.account or next(iter(store.accounts)))))
    return 0


def _state(options: argparse.Namespace) -> int:
    store = _existing(options.data)
    with store.exclusive():
        print(encode(state_summary(store)))
    return 0


def _switch(options: argparse.Namespace) -> int:
    store = _existing(options.data)
    with store.exclusive():
        store.remember("switches", store.switches | changeable(read_assignments(options.settings)))
        current = store.switches
    for switch in SWITCHES:
        print(f"{switch.name}={current[switch.name]}  {switch.meaning}", file=sys.stderr)
    print(encode(current))
    return 0


def _existing(folder: Path) -> Store:
    if not (folder / "sandbox.sqlite3").exists():
        raise NothingThereError(f"there is no sandbox in {folder}")
    return Store(folder)


if __name__ == "__main__":
    sys.exit(main())
