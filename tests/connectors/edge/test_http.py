"""The HTTP edge: what is repeated, what never is, and who must act when it fails."""

from __future__ import annotations

import itertools
import logging
from decimal import Decimal
from typing import Any

import pytest
import requests
import responses
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    RateLimited,
    TransientError,
    UnexpectedAnswer,
    WriteFate,
    WritesOff,
)
from tests.connectors.conftest import API

WRITES = ("POST", "PUT")


def test_get_returns_fractions_as_exact_decimals(vendor, edge):
    vendor.get(f"{API}/x", body='{"price": 10.10, "count": 3}')

    answer = edge.call("GET", f"{API}/x")

    assert answer.payload == {"price": Decimal("10.10"), "count": 3}


def test_decimals_are_written_digit_by_digit(vendor, edge):
    vendor.post(f"{API}/x", json={})

    edge.call("POST", f"{API}/x", json={"price": Decimal("0.10"), "n": Decimal(12), "off": None})

    assert vendor.calls[0].request.body == b'{"price":0.10,"n":12,"off":null}'
    assert vendor.calls[0].request.headers["Content-Type"] == "application/json"


def test_float_never_goes_on_the_wire(vendor, edge):
    with pytest.raises(TypeError):
        edge.call("POST", f"{API}/x", json={"price": 0.1})
    assert len(vendor.calls) == 0


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_read_is_repeated_after_breakdown(vendor, edge, naps, status):
    vendor.get(f"{API}/x", status=status, body="<html>gateway</html>")
    vendor.get(f"{API}/x", json=[1])

    assert edge.call("GET", f"{API}/x").payload == [1]
    assert edge.calls == {"GET": 2}
    assert len(naps) == 1


def test_read_gives_up_after_bounded_attempts_with_growing_pauses(vendor, make_edge, naps):
    vendor.get(f"{API}/x", status=502)

    with pytest.raises(TransientError) as caught:
        make_edge(attempts=4).call("GET", f"{API}/x")

    assert len(vendor.calls) == 4
    assert caught.value.status == 502
    assert not caught.value.maybe_applied
    assert [0.25 * 2**n <= nap <= 0.75 * 2**n for n, nap in enumerate(naps)] == [True] * 3


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_write_is_sent_once_and_its_fate_is_open_after_breakdown(vendor, edge, method, status):
    vendor.add(method, f"{API}/x", status=status, headers={"Retry-After": "1"})

    with pytest.raises(TransientError) as caught:
        edge.call(method, f"{API}/x", json={})

    assert len(vendor.calls) == 1
    assert caught.value.maybe_applied


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize(
    "failure",
    [requests.ReadTimeout(), requests.ConnectionError("reset"), requests.exceptions.ChunkedEncodingError()],
)
def test_write_with_lost_answer_may_have_been_applied(vendor, edge, method, failure):
    vendor.add(method, f"{API}/x", body=failure)

    with pytest.raises(TransientError) as caught:
        edge.call(method, f"{API}/x", json={})

    assert len(vendor.calls) == 1
    assert caught.value.maybe_applied


@pytest.mark.parametrize(
    "failure",
    [requests.ConnectTimeout(), requests.ConnectionError(NewConnectionError(HTTPConnection("x.example"), "refused"))],
)
def test_write_that_never_left_was_not_applied(vendor, edge, failure):
    vendor.post(f"{API}/x", body=failure)

    with pytest.raises(TransientError) as caught:
        edge.call("POST", f"{API}/x", json={})

    assert not caught.value.maybe_applied


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_refusal_is_handed_to_the_caller(vendor, edge, status):
    vendor.post(f"{API}/x", status=status, json={"error": ["Name can't be blank"]})

    answer = edge.call("POST", f"{API}/x", json={})

    assert (answer.ok, answer.status, answer.payload) == (False, status, {"error": ["Name can't be blank"]})


def test_refusal_without_json_keeps_its_first_characters(vendor, edge):
    vendor.post(f"{API}/x", status=400, body="<html>" + "no " * 200)

    answer = edge.call("POST", f"{API}/x", json={})

    assert answer.payload is None
    assert answer.excerpt.startswith("<html>no no")
    assert len(answer.excerpt) == 200


@pytest.mark.parametrize("location", ["https://login.evil.example/", "http://169.254.169.254/latest", "/login"])
def test_redirect_is_not_followed_and_means_wrong_configuration(vendor, edge, location):
    vendor.get(f"{API}/x", status=302, headers={"Location": location})

    with pytest.raises(ConfigurationError):
        edge.call("GET", f"{API}/x")

    assert len(vendor.calls) == 1


def test_web_page_on_a_read_is_trouble_of_the_vendor_that_passes(vendor, edge):
    vendor.get(f"{API}/x", body="<!DOCTYPE html><title>Back soon</title>", content_type="text/html")

    with pytest.raises(TransientError, match=r"answers with a web page instead of data \(maintenance\?\)"):
        edge.call("GET", f"{API}/x")

    assert len(vendor.calls) == edge.settings.attempts


def test_web_page_in_passing_does_not_stop_a_read(vendor, edge):
    vendor.get(f"{API}/x", body="<html>firewall</html>", content_type="text/html")
    vendor.get(f"{API}/x", json={"ok": True})

    assert edge.call("GET", f"{API}/x").payload == {"ok": True}


def test_web_page_on_a_write_leaves_its_fate_open(vendor, edge):
    vendor.post(f"{API}/x", body="<html>Log in</html>")

    with pytest.raises(TransientError) as caught:
        edge.call("POST", f"{API}/x", json={})

    assert caught.value.maybe_applied
    assert len(vendor.calls) == 1


@pytest.mark.parametrize("body", ['{"a": 1', "plain words", "", '{"a": NaN}', "[" * 5000, b"\xff\xfe{}"])
def test_damaged_json_is_transient_for_a_read_and_open_for_a_write(vendor, edge, body):
    vendor.get(f"{API}/x", body=body)
    vendor.post(f"{API}/x", body=body)

    with pytest.raises(TransientError) as read:
        edge.call("GET", f"{API}/x")
    with pytest.raises(TransientError) as written:
        edge.call("POST", f"{API}/x", json={})

    assert (read.value.maybe_applied, written.value.maybe_applied) == (False, True)
    assert edge.calls == {"GET": 4, "POST": 1}


def test_missing_body_is_accepted_only_where_none_is_due(vendor, edge):
    vendor.post(f"{API}/nothing", status=204)
    vendor.post(f"{API}/anything", body=b" ")

    assert edge.call("POST", f"{API}/nothing", json={}).payload is None
    assert edge.call("POST", f"{API}/anything", json={}, expects_json=False).payload is None


def test_answer_beyond_the_size_limit_is_refused(vendor, make_edge):
    vendor.get(f"{API}/x", body="[" + "1," * 5000 + "1]")

    with pytest.raises(UnexpectedAnswer):
        make_edge(max_response_bytes=1000).call("GET", f"{API}/x")

    assert len(vendor.calls) == 1


def test_plain_http_is_refused_because_credentials_would_travel_in_the_open(vendor, edge):
    with pytest.raises(ConfigurationError):
        edge.call("GET", "http://api.vendor.example/x")
    assert len(vendor.calls) == 0


def test_before_call_can_refuse_each_request(vendor, make_edge):
    class InsideTransaction(Exception):
        pass

    def refuse() -> None:
        raise InsideTransaction

    with pytest.raises(InsideTransaction):
        make_edge(before_call=refuse).call("GET", f"{API}/x")
    assert len(vendor.calls) == 0


def test_no_write_leaves_where_writes_are_off_and_reads_do(vendor, make_edge):
    vendor.get(f"{API}/x", json=[1])
    vendor.post(f"{API}/x", json={})
    edge = make_edge(no_writes="Writes are off here.")

    with pytest.raises(WritesOff, match="Writes are off here") as caught:
        edge.call("POST", f"{API}/x", json={"name": "line"})

    assert caught.value.fate is WriteFate.NOT_SENT
    assert edge.call("GET", f"{API}/x").payload == [1]
    assert edge.call("POST", f"{API}/x", repeatable=True).payload == {}  # a question that is asked by POST
    assert edge.calls == {"GET": 1, "POST": 1}


def test_cookies_of_the_vendor_are_not_kept(vendor, edge):
    vendor.get(f"{API}/x", json={}, headers={"Set-Cookie": "session=1"})

    edge.call("GET", f"{API}/x")
    edge.call("GET", f"{API}/x")

    assert "Cookie" not in vendor.calls[1].request.headers


def test_netrc_of_the_machine_does_not_replace_our_authorization(vendor, edge, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.vendor.example login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    vendor.get(f"{API}/x", json={})

    edge.call("GET", f"{API}/x", headers={"Authorization": "Bearer ours"})

    assert vendor.calls[0].request.headers["Authorization"] == "Bearer ours"


def test_each_call_leaves_one_log_line_without_query_or_secret(vendor, edge, caplog):
    edge.add_secret("s3cr3t-token")
    vendor.get(f"{API}/x/s3cr3t-token", json={}, headers={"X-Request-Id": "r-1"})

    with caplog.at_level(logging.INFO, logger="connectors.edge.http"):
        edge.call("GET", f"{API}/x/s3cr3t-token", params=[("q", "s3cr3t-token")])

    (record,) = caplog.records
    assert record.getMessage() == "GET api.vendor.example/x/[redacted] 200"
    assert (record.vendor_system, record.http_status, record.request_id) == ("vendor", 200, "r-1")
    assert "s3cr3t" not in str(record.__dict__)


SECRET = "T0123456789abcdef-fedcba/+="
ECHO = f'{{"error": "bad token {SECRET}", "user_token": "U-77-secret", "password": "hunter22"}}'
LEAKY: dict[str, dict[str, Any]] = {
    "refusal": {"status": 422, "body": ECHO},
    "breakdown": {"status": 500, "body": ECHO},
    "too many": {"status": 429, "body": ECHO},
    "redirect": {"status": 302, "headers": {"Location": f"https://{SECRET}.example/{SECRET}"}},
    "web page": {"body": f"<html>{SECRET} api_key=U-77-secret</html>"},
    "damaged": {"body": f'{{"x": "{SECRET}'},
    "lost": {"body": requests.ConnectionError(f"{SECRET} in the reason")},
    "bad header": {"body": requests.exceptions.InvalidHeader(f"header value {SECRET}")},
}


@pytest.mark.parametrize("case", sorted(LEAKY))
def test_no_secret_leaves_through_errors_answers_or_logs(vendor, edge, caplog, case):
    edge.add_secret(SECRET)
    vendor.add(responses.POST, f"{API}/x", **LEAKY[case])
    shown: list[object] = [edge, edge.settings]

    with caplog.at_level(logging.DEBUG):
        try:
            shown.append(
                edge.call(
                    "POST",
                    f"{API}/x",
                    json={"client_secret": SECRET},
                    headers={"Authorization": f"Bearer {SECRET}"},
                )
            )
        except ConnectorError as error:
            shown += _everything_of(error)

    text = "".join(map(repr, shown)) + caplog.text
    # The request did carry it: there was something to leak.
    assert SECRET in vendor.calls[0].request.headers["Authorization"]
    for secret in (SECRET, SECRET.partition("/")[0], "U-77-secret", "hunter22"):
        assert secret not in text


def _everything_of(error: BaseException | None) -> list[object]:
    """An error with all it carries and all errors behind it."""
    chain: list[object] = []
    while error is not None:
        chain += [error, str(error), vars(error)]
        chain += list(itertools.chain.from_iterable(vars(a).items() for a in error.args if hasattr(a, "__dict__")))
        error = error.__cause__ or error.__context__
    return chain


def test_writes_whose_answer_was_lost_are_counted_in_a_row(vendor, edge):
    vendor.post(f"{API}/x", status=502)
    vendor.post(f"{API}/x", body=requests.ReadTimeout())
    vendor.get(f"{API}/x", json={})
    vendor.post(f"{API}/x", status=429)
    vendor.post(f"{API}/token", json={})

    for _ in range(2):
        with pytest.raises(TransientError):
            edge.call("POST", f"{API}/x", json={})
    edge.call("GET", f"{API}/x")
    with pytest.raises(RateLimited):
        edge.call("POST", f"{API}/x", json={})
    edge.call("POST", f"{API}/token", form={}, counted=False)

    assert (edge.losses.in_a_row, edge.losses.answered) == (2, False)


@pytest.mark.parametrize("status", [200, 422])
def test_answer_to_a_write_ends_the_row_of_lost_ones(vendor, edge, status):
    vendor.post(f"{API}/x", status=502)
    vendor.post(f"{API}/x", json={}, status=status)

    with pytest.raises(TransientError):
        edge.call("POST", f"{API}/x", json={})
    edge.call("POST", f"{API}/x", json={})

    assert (edge.losses.in_a_row, edge.losses.answered) == (0, True)
