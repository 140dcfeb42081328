"""The edge on real sockets: drip, truncation, private addresses, connections that never open."""

from __future__ import annotations

import gzip
import socket

import pytest

from connectors.edge.network_guard import is_public
from connectors.errors import ConfigurationError, TransientError, UnexpectedAnswer
from tests.connectors.edge.wire_server import answers, sends

LOCAL = {"allow_private_hosts": True}


def test_json_arrives_over_a_real_socket(wire_server, make_edge):
    server = wire_server(answers(b'{"a": 1}', headers="X-Request-Id: r-9\r\n"))

    answer = make_edge(**LOCAL).call("GET", f"{server.url}/x", params=[("id[]", "1")])

    assert (answer.payload, answer.request_id) == ({"a": 1}, "r-9")
    assert server.requests[0].startswith(b"GET /x?id%5B%5D=1 HTTP/1.1\r\n")


def test_private_address_is_refused_before_anything_is_sent(wire_server, make_edge):
    server = wire_server(answers(b"{}"))
    secret_header = {"Authorization": "Bearer abc"}

    with pytest.raises(ConfigurationError) as caught:
        make_edge().call("GET", f"https://127.0.0.1:{server.port}/x", headers=secret_header)

    assert "private network" in str(caught.value)
    assert server.requests == []


@pytest.mark.parametrize("rebound", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_name_that_resolves_to_a_private_address_is_refused(make_edge, monkeypatch, rebound):
    dialled = []
    family = socket.AF_INET6 if ":" in rebound else socket.AF_INET
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
    private = (family, socket.SOCK_STREAM, 6, "", (rebound, 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: [public, private])
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: dialled.append(address))

    with pytest.raises(ConfigurationError):
        make_edge().call("GET", "https://rebind.vendor.example/x")

    assert dialled == []


def test_address_that_was_checked_is_the_one_dialled(make_edge, monkeypatch):
    """A name that changes its answer after the check gains nothing."""
    asked = []

    def resolve(host, *args, **kwargs):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]

    def connect(self, address):
        asked.append(address[0])
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)

    with pytest.raises(TransientError) as caught:
        make_edge(attempts=1).call("POST", "https://rebind.vendor.example/x", json={})

    assert asked == ["rebind.vendor.example", "93.184.216.34", "93.184.216.34"]
    assert not caught.value.maybe_applied


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("192.88.99.1", False),
        ("192.0.0.9", False),
        ("2001:20::1", False),
        ("3fff::1", False),
        ("fec0::1", False),
        ("5f00::1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),  # noqa: S104  # an address to refuse
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_public_addresses_are_told_from_private_ones(address, public):
    assert is_public(address) is public


def test_refused_connection_means_the_write_never_left(make_edge):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(TransientError) as caught:
        make_edge(**LOCAL).call("POST", f"http://127.0.0.1:{port}/x", json={})

    assert not caught.value.maybe_applied


def test_connection_dropped_after_the_write_leaves_its_fate_open(wire_server, make_edge):
    server = wire_server(sends())

    with pytest.raises(TransientError) as caught:
        make_edge(**LOCAL).call("POST", f"{server.url}/x", json={"a": 1})

    assert caught.value.maybe_applied
    assert len(server.requests) == 1
    assert server.requests[0].endswith(b'{"a":1}')


@pytest.mark.parametrize(
    "cut",
    [
        b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a": 1}',
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{"a": 1}\r\n',
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"a": 1}',
        b"HTTP/1.1 200 OK\r\nConten",
        b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"a": ',
    ],
)
def test_cut_off_body_is_read_again_and_never_taken_for_whole(wire_server, make_edge, cut):
    server = wire_server(sends(cut), answers(b'{"a": 2}'))

    answer = make_edge(**LOCAL).call("GET", f"{server.url}/x")

    assert answer.payload == {"a": 2}
    assert len(server.requests) == 2


def test_cut_off_answer_to_a_write_leaves_its_fate_open(wire_server, make_edge):
    server = wire_server(sends(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a": 1}'))

    with pytest.raises(TransientError) as caught:
        make_edge(**LOCAL).call("PUT", f"{server.url}/x", json={})

    assert caught.value.maybe_applied
    assert len(server.requests) == 1


def _drips(head: bytes):
    def reply(connection):
        connection.sendall(head)
        # Endless: only the reader's own limit can end this.
        while True:
            connection.sendall(b" ")
            connection.settimeout(0.02)
            try:
                if connection.recv(1) == b"":
                    return
            except TimeoutError:
                continue

    return reply


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_drip_ends_although_every_single_byte_comes_in_time(wire_server, make_edge, head):
    server = wire_server(_drips(head))
    edge = make_edge(**LOCAL, connect_timeout=0.2, read_timeout=0.4, attempts=1)

    with pytest.raises(TransientError) as caught:
        edge.call("POST", f"{server.url}/x", json={})

    assert caught.value.maybe_applied


def test_silent_server_ends_in_a_time_out(wire_server, make_edge):
    def silent(connection):
        connection.recv(1)

    server = wire_server(silent)

    with pytest.raises(TransientError) as caught:
        make_edge(**LOCAL, read_timeout=0.2, attempts=1).call("POST", f"{server.url}/x", json={})

    assert caught.value.maybe_applied


def test_body_that_unpacks_beyond_the_limit_is_refused(wire_server, make_edge):
    packed = gzip.compress(b"[" + b" " * 20_000_000 + b"]")
    server = wire_server(answers(packed, headers="Content-Encoding: gzip\r\n"))

    with pytest.raises(UnexpectedAnswer):
        make_edge(**LOCAL, max_response_bytes=1_000_000).call("GET", f"{server.url}/x")


def test_name_that_does_not_resolve_is_transient_and_nothing_was_sent(make_edge, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(TransientError) as caught:
        make_edge(attempts=1).call("POST", "https://nowhere.vendor.example/x", json={})

    assert not caught.value.maybe_applied


def test_server_without_tls_is_no_lost_write(wire_server, make_edge):
    server = wire_server(sends(b"not tls at all"), reads_requests=False)

    with pytest.raises(TransientError) as caught:
        make_edge(**LOCAL).call("POST", f"https://127.0.0.1:{server.port}/x", json={})

    assert not caught.value.maybe_applied


def test_time_out_during_the_tls_handshake_is_no_lost_write(wire_server, make_edge):
    def silent(connection):
        while connection.recv(4096):
            pass

    server = wire_server(silent, reads_requests=False)

    with pytest.raises(TransientError) as caught:
        make_edge(**LOCAL, connect_timeout=0.3).call("POST", f"https://127.0.0.1:{server.port}/x", json={})

    assert not caught.value.maybe_applied


def test_download_hands_out_only_a_whole_file(wire_server, make_edge):
    server = wire_server(
        sends(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\nContent-Type: text/csv\r\n\r\na,b\r\n"),
        answers(b"a,b\r\n1,2\r\n", headers="Content-Type: text/csv; charset=utf-8\r\n"),
    )

    with make_edge(**LOCAL).download(f"{server.url}/csv") as download:
        assert download.file.read() == b"a,b\r\n1,2\r\n"
        assert (download.size, download.content_type) == (10, "text/csv")


def test_download_that_stays_cut_off_fails(wire_server, make_edge):
    server = wire_server(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\na,b\r\n"))

    with (
        pytest.raises(TransientError),
        make_edge(**LOCAL, attempts=2).download(f"{server.url}/csv"),
    ):
        pass

    assert len(server.requests) == 2
