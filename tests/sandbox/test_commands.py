"""The commands, as another program runs them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.__main__ import main
from sandbox.server import running
from sandbox.switches import SWITCHES
from tests.sandbox.conftest import Client

README = Path(__file__).parents[2] / "sandbox" / "README.md"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *words],
        capture_output=True, text=True, timeout=60, check=False, cwd=README.parents[1],
    )  # fmt: skip


def test_serve_prints_one_json_line_and_stops_on_sigterm(tmp_path):
    command = [sys.executable, "-m", "sandbox", "serve", "--data", str(tmp_path), "--switch", "meta=off"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=README.parents[1]) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()

    assert process.returncode == 0
    assert rest == ""
    assert told["prism_identity_url"] == f"{told['url']}/prism/identity/core/connect/token"
    assert told["prism_api_url"] == f"{told['url']}/prism/api"
    assert told["syncro_base_url"] == told["url"] + "/syncro/{subdomain}/api/v1"
    assert [account["subdomain"] for account in told["accounts"]] == ["northwind", "tailwind"]
    assert json.loads(run("state", "--data", str(tmp_path)).stdout)["switches"]["meta"] == "off"


def test_second_start_finds_what_the_first_wrote(tmp_path):
    with running(tmp_path, settings={"meta": "off"}) as server:
        first = Client(server)
        line = first.add_line(5001)
        first.admin("POST", "/advance")

    with running(tmp_path) as server:
        second = Client(server)
        assert line["id"] in [each["id"] for each in second.lines_of(5001)]
        assert server.introduction()["today"] == "2026-11-02"
        assert "meta" not in second.syncro("GET", "/products").json
        assert second.syncro_token == first.syncro_token


def test_advance_from_outside_shows_in_the_running_server(tmp_path):
    with running(tmp_path) as server:
        client = Client(server)
        before = len(client.prism("/api/v2/invoices").json["Records"])

        made = json.loads(run("advance", "--data", str(tmp_path)).stdout)

        assert made["today"] == "2026-11-02"
        assert len(made["accounts"]["northwind"]["generated"]) > 25
        records = client.prism("/api/v2/invoices").json["Records"]
        assert len(records) == before + len(made["accounts"]["northwind"]["issued"])


@pytest.mark.parametrize("command", ["advance", "mapping", "truth", "state", "switch"])
def test_command_without_a_sandbox_is_an_error(tmp_path, command, capsys):
    assert main([command, "--data", str(tmp_path / "nothing")]) == 2
    assert "there is no sandbox" in capsys.readouterr().err


def test_mapping_and_truth_print_json_of_the_first_account(tmp_path, capsys):
    with running(tmp_path):
        pass

    assert main(["mapping", "--data", str(tmp_path)]) == 0
    mapping = json.loads(capsys.readouterr().out)
    assert main(["truth", "--data", str(tmp_path)]) == 0
    truth = json.loads(capsys.readouterr().out)

    assert mapping["account"] == truth["account"] == "northwind"
    assert {m["invoice_template"] for m in mapping["mappings"]} == {t["invoice_template"] for t in truth["templates"]}


def test_switch_sets_and_refuses(tmp_path, capsys):
    with running(tmp_path):
        pass

    assert main(["switch", "--data", str(tmp_path), "page_size=20"]) == 0
    assert json.loads(capsys.readouterr().out)["page_size"] == "20"
    assert main(["switch", "--data", str(tmp_path), "page_size=21"]) == 2


def test_advance_backwards_is_refused(tmp_path):
    with running(tmp_path):
        pass

    assert main(["advance", "--data", str(tmp_path), "--to", "2026-10-01"]) == 2


def test_more_customers_make_a_longer_story(tmp_path):
    command = [sys.executable, "-m", "sandbox", "serve", "--data", str(tmp_path), "--more-customers", "40"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=README.parents[1]) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()

    counts = json.loads(run("state", "--data", str(tmp_path)).stdout)["accounts"]["northwind"]["counts"]
    assert counts["customer"] > 70


def test_readme_lists_every_switch_and_setting():
    table = README.read_text(encoding="utf-8")

    for switch in SWITCHES:
        row = re.search(rf"^\| `{switch.name}` \| (.*?) \|", table, re.MULTILINE)
        assert row is not None, switch.name
        values = [f"`{value}`" for value in switch.values] or ["a number"]
        assert all(value in row.group(1) for value in values), switch.name
