"""``manage.py services``: the embedded servers of a data folder that belongs to these tests."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from redis import Redis

from devservers.addresses import read_addresses
from devservers.places import CHECKOUT, DataFolder
from tests.billingsync.conftest import plain_environment

pytestmark = pytest.mark.servers


class Installation:
    """A data folder and the commands run on it."""

    def __init__(self, root: Path) -> None:
        self.folder = DataFolder(root)
        self.environment = plain_environment(BILLINGSYNC_DATA_DIR=str(root))

    def begin(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments):
        process = self.begin(*arguments)
        out, err = process.communicate()
        assert process.returncode == 0, err
        return out, err

    def state(self, action="status"):
        return json.loads(self.run("services", action, "--json")[0])

    def pids(self, action="status"):
        return {name: server["pid"] for name, server in self.state(action).items()}

    def kill(self):
        for pid in self.pids().values():
            os.kill(pid, signal.SIGKILL)

    def addresses(self):
        found = read_addresses(self.folder)
        assert found is not None
        return found

    def redis(self):
        return Redis.from_url(self.addresses().redis)

    def query(self, statement):
        connection = psycopg2.connect(self.addresses().database)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            rows = cursor.fetchall() if cursor.description else []
        connection.close()
        return rows


@pytest.fixture(scope="module")
def _installation(tmp_path_factory):
    installation = Installation(tmp_path_factory.mktemp("data"))
    yield installation
    data = Path(installation.state("stop")["postgres"]["data"])
    shutil.rmtree(data)  # it may be outside of the data folder, where the server's account can reach it


@pytest.fixture
def installation(_installation):
    _installation.run("services", "start")
    return _installation


def test_start_makes_roles_schema_and_keys_that_only_the_user_may_read(installation):
    assert installation.query("SELECT current_user") == [("billingsync_app",)]
    assert installation.query("SELECT count(*) > 0 FROM django_migrations") == [(True,)]
    assert installation.query("SHOW server_encoding") == [("UTF8",)]
    assert installation.folder.keys_file.stat().st_mode & 0o777 == 0o600


def test_second_start_takes_over_the_running_servers(installation):
    before = installation.pids()

    assert installation.pids("start") == before


def test_starts_at_the_same_time_end_with_one_pair_of_servers(installation):
    installation.run("services", "stop")

    starts = [installation.begin("services", "start", "--json") for _ in range(2)]
    states = [json.loads(start.communicate()[0]) for start in starts]

    assert [start.returncode for start in starts] == [0, 0]
    assert states[0] == states[1]
    assert [server["running"] for server in states[0].values()] == [True, True]


def test_servers_outlive_a_kill_and_keep_their_data(installation):
    installation.redis().set("kept", "yes")
    installation.redis().execute_command("WAITAOF", 1, 0, 5000)
    before = installation.pids()

    installation.kill()
    after = installation.pids("start")

    assert before["postgres"] != after["postgres"]
    assert before["valkey"] != after["valkey"]
    assert installation.redis().get("kept") == b"yes"
    assert installation.query("SELECT count(*) > 0 FROM django_migrations") == [(True,)]


def test_stale_pid_file_of_another_process_does_not_hinder_a_start(installation):
    state = installation.state("stop")
    pid_file = Path(state["postgres"]["data"]) / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n")

    assert installation.state("start")["postgres"]["running"] is True


def test_occupied_port_is_given_up(installation):
    import socket

    port = installation.state("stop")["valkey"]["port"]
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", port))
        squatter.listen()

        state = installation.state("start")["valkey"]

    assert state["running"] is True
    assert state["port"] != port


def test_stop_ends_both_servers(installation):
    state = installation.state("stop")

    assert [(server["running"], server["pid"]) for server in state.values()] == [(False, None), (False, None)]


def test_command_that_needs_the_servers_starts_them_and_leaves_them_running(installation):
    installation.run("services", "stop")

    out, err = installation.run("showmigrations", "core", "--plan")

    assert "core.0001_initial" in out
    assert "PostgreSQL" in err
    assert [server["running"] for server in installation.state().values()] == [True, True]


def test_json_has_stdout_to_itself(installation):
    out, err = installation.run("services", "start", "--json")

    assert set(json.loads(out)) == {"postgres", "valkey"}
    assert "Starting the embedded servers" in err


def test_addresses_are_local_and_passwords_are_not_shown(installation):
    out, err = installation.run("services", "status", "--json")
    secrets = json.loads(installation.folder.keys_file.read_text()).values()

    assert {server["host"] for server in json.loads(out).values()} == {"127.0.0.1"}
    assert [secret for secret in secrets if secret in out + err] == []


def test_data_of_a_deleted_checkout_gives_way_to_a_new_one(tmp_path):
    root = tmp_path / "var"
    first = Installation(root)
    old = first.state("start")
    if root in Path(old["postgres"]["data"]).parents:
        first.run("services", "stop")  # its data goes with the folder
    else:
        first.redis().shutdown()
    shutil.rmtree(root)

    second = Installation(root)
    new = second.state("start")
    shutil.rmtree(Path(second.state("stop")["postgres"]["data"]))

    assert new["postgres"]["running"] is True
    assert not Path(f"/proc/{old['postgres']['pid']}").exists()
    assert not Path(old["postgres"]["data"]).exists()
