"""The example of a proxy says what the product needs of one."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from billingsync.body_limits import MOST_BYTES, MOST_BYTES_OF
from devservers.places import CHECKOUT

EXAMPLE = (CHECKOUT / "docs/proxy/nginx.conf").read_text()
MEGABYTE = 1024 * 1024


def given(name: str) -> list[str]:
    return re.findall(rf"^\s*{name} (.+);", EXAMPLE, re.MULTILINE)


def test_bodies_are_no_longer_than_the_product_takes() -> None:
    assert given("client_max_body_size") == [
        f"{MOST_BYTES // MEGABYTE}m",
        f"{MOST_BYTES_OF['import_mappings'] // MEGABYTE}m",
    ]
    assert given("proxy_request_buffering") == ["on"]


@pytest.mark.parametrize("name", ["client_header_timeout", "client_body_timeout", "send_timeout", "limit_conn"])
def test_slow_clients_and_crowds_are_bounded(name: str) -> None:
    assert given(name)


def test_headers_are_set_and_never_passed_on_from_visitors() -> None:
    headers = dict(line.split(" ", 1) for line in given("proxy_set_header"))

    assert headers["Host"] == "$host"
    assert headers["X-Forwarded-For"] == "$remote_addr"
    assert headers["X-Forwarded-Proto"] == "$scheme"


def test_log_holds_no_path() -> None:
    (line,) = given("log_format")

    assert not re.search(r"\$(request|request_uri|uri|args|http_referer)\b", line)
    assert given("access_log")[0].endswith("without_paths")


@pytest.mark.nginx
def test_nginx_reads_it(nginx: str, tmp_path: Path) -> None:
    """Without a certificate, which the example only names."""
    plain = re.sub(r"^\s*ssl_.*$", "", EXAMPLE, flags=re.MULTILINE).replace("listen 443 ssl", "listen 127.0.0.1:0")
    text = plain.replace("/var/log/nginx", str(tmp_path)).replace("listen 80;", "")
    (tmp_path / "nginx.conf").write_text(text.replace("listen 127.0.0.1:0", "listen 127.0.0.1:18443"))

    done = subprocess.run(
        [nginx, "-t", "-e", "stderr", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
