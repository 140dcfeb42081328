"""Free ports on 127.0.0.1, chosen once and remembered."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict, dataclass, replace

from devservers.places import DataFolder

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """Where the embedded servers listen, on ``HOST``."""

    postgres: int
    valkey: int


def read_ports(folder: DataFolder) -> Ports | None:
    """The remembered ports, or None."""
    try:
        return Ports(**json.loads(folder.ports_file.read_text()))
    except FileNotFoundError:
        return None


def choose_ports(folder: DataFolder) -> Ports:
    """The remembered ports, chosen now if there are none."""
    present = read_ports(folder)
    if present is not None:
        return present
    return remember(folder, Ports(*free_ports(2)))


def change_port(folder: DataFolder, server: str) -> Ports:
    """Give one server another port, because something else listens on its own."""
    return remember(folder, replace(choose_ports(folder), **{server: free_ports(1)[0]}))


def is_free(port: int) -> bool:
    """True when nothing listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) != 0


def free_ports(count: int) -> list[int]:
    """Different ports on which nothing listens now."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind((HOST, 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def remember(folder: DataFolder, ports: Ports) -> Ports:
    """Write the ports down at once and whole."""
    folder.create()
    unfinished = folder.ports_file.with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps(asdict(ports)))
    unfinished.replace(folder.ports_file)
    return ports
