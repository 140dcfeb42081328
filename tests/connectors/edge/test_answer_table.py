"""The table of answers: what each says of a write, and that a vendor's rows count before those of all."""

from __future__ import annotations

import pytest
import requests

from connectors.edge.answer_table import COMMON, AnswerRow, Form
from connectors.edge.exchange import Loss
from connectors.errors import (
    ConfigurationError,
    PermissionMissing,
    RateLimited,
    RecordMissing,
    RejectedRecord,
    TransientError,
    WriteFate,
)
from connectors.registry import SYSTEMS
from tests.connectors.conftest import API

OWN = (
    AnswerRow({403}, RateLimited, "Slow down.", says=("too fast", "slower")),
    AnswerRow({403}, PermissionMissing, "{label} wants {permission}.", known=True),
    AnswerRow({409}, TransientError, "It is locked at the moment.", attempts=2),
    AnswerRow({410}, RecordMissing, "{label} has it no more."),
)


def error_of_write(edge):
    with pytest.raises(Exception) as caught:  # noqa: PT011  # its kind is what is asked for
        raise edge.refusal(edge.call("POST", f"{API}/x", json={}), permission="Lines", known=lambda: True)
    return caught.value


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        ({"body": requests.exceptions.ReadTimeout()}, WriteFate.LOST),
        ({"body": requests.exceptions.ConnectTimeout()}, WriteFate.NOT_SENT),
        ({"status": 500}, WriteFate.LOST),
        ({"status": 503, "headers": {"Retry-After": "5"}}, WriteFate.LOST),
        ({"status": 408}, WriteFate.LOST),
        ({"status": 429}, WriteFate.NOT_SENT),
        ({"status": 302}, WriteFate.NOT_SENT),
        ({"status": 200, "body": "<html>"}, WriteFate.LOST),
        ({"status": 200, "body": "{"}, WriteFate.LOST),
        ({"status": 401}, WriteFate.NOT_SENT),
        ({"status": 404}, WriteFate.GONE),
        ({"status": 422}, WriteFate.REFUSED),
    ],
)
def test_what_became_of_a_write(vendor, edge, answer, fate):
    vendor.post(f"{API}/x", **answer)

    assert error_of_write(edge).fate is fate


def test_vendors_row_counts_before_those_of_all(vendor, make_edge):
    edge = make_edge(label="Acme", answers=OWN)
    vendor.post(f"{API}/x", status=410)
    vendor.post(f"{API}/x", status=404)

    assert str(error_of_write(edge)) == "Acme has it no more."
    assert str(error_of_write(edge)) == "Acme does not have this record (any more)."


def test_row_may_ask_for_the_vendors_words_and_whether_the_credentials_are_good(vendor, make_edge):
    edge = make_edge(label="Acme", answers=OWN)
    vendor.get(f"{API}/x", status=403, json={"error": "Not for you"})

    answer = edge.call("GET", f"{API}/x")

    assert isinstance(edge.refusal(answer, permission="Lines", known=lambda: True), PermissionMissing)
    assert type(edge.refusal(answer, permission="Lines", known=lambda: False)) is ConfigurationError


def test_what_a_vendor_calls_trouble_of_the_moment_is_asked_again(vendor, make_edge):
    edge = make_edge(answers=OWN)
    vendor.get(f"{API}/x", status=409)
    vendor.get(f"{API}/x", status=409)

    with pytest.raises(TransientError):
        edge.call("GET", f"{API}/x")
    assert len(vendor.calls) == 2


def test_every_answer_has_a_row():
    """Whatever arrives is judged: no status, loss or form falls through."""
    for what in [*range(100, 200), *range(300, 1000), *Loss, *Form]:
        fitting = [
            row
            for row in COMMON
            if row.when is what
            or (not isinstance(row.when, Loss | Form) and isinstance(what, int) and what in row.when)
        ]
        assert fitting, what


@pytest.mark.parametrize("system", sorted(SYSTEMS))
def test_vendors_rows_are_data(system):
    """Each names what it is about, and its words can be filled in."""
    for row in SYSTEMS[system].answers:
        assert row.words.format(label="L", status=1, reason="r", messages="m", permission="p")
        assert issubclass(row.error, ConfigurationError | RejectedRecord | TransientError)
