"""The HTTP edge: who waits how long, for the request limit and for a vendor that asks to be left alone."""

from __future__ import annotations

import pytest

from connectors.errors import (
    MustWait,
    RateLimited,
    WriteFate,
)
from tests.connectors.conftest import API


class FakeLimiter:
    """Hands out these waits one after the other, then free slots; remembers penalties."""

    def __init__(self, *waits: float) -> None:
        self.waits = list(waits)
        self.penalties: list[float] = []

    def try_acquire(self) -> float:
        return self.waits.pop(0) if self.waits else 0.0

    def penalise(self, seconds: float) -> None:
        self.penalties.append(seconds)


def test_too_many_requests_on_a_write_is_a_definite_no_and_told_to_everybody(vendor, make_edge):
    limiter = FakeLimiter()
    vendor.post(f"{API}/x", status=429, json={"error": "high number of requests"})

    with pytest.raises(RateLimited) as caught:
        make_edge(limiter).call("POST", f"{API}/x", json={})

    assert len(vendor.calls) == 1
    assert not caught.value.maybe_applied
    assert limiter.penalties == [60.0]
    assert caught.value.retry_after == 60.0


def test_waits_grow_while_the_vendor_goes_on_refusing(vendor, make_edge):
    limiter = FakeLimiter()
    edge = make_edge(limiter)
    vendor.get(f"{API}/x", status=429)

    for _ in range(3):
        with pytest.raises(RateLimited):
            edge.call("GET", f"{API}/x")

    assert limiter.penalties == [60.0, 90.0, 135.0]


def test_waits_start_anew_after_a_good_answer(vendor, make_edge, naps):
    limiter = FakeLimiter()
    edge = make_edge(limiter, max_wait=100)
    for status in (429, 200, 429, 200):
        vendor.get(f"{API}/x", status=status, json={})

    edge.call("GET", f"{API}/x")
    edge.call("GET", f"{API}/x")

    assert limiter.penalties == [60.0, 60.0]
    assert naps == [60.0, 60.0]


def test_retry_after_is_honoured_for_reads(vendor, make_edge, naps):
    limiter = FakeLimiter()
    vendor.get(f"{API}/x", status=429, headers={"Retry-After": "7"})
    vendor.get(f"{API}/x", json={})

    make_edge(limiter).call("GET", f"{API}/x")

    assert naps == [7.0]
    assert limiter.penalties == [7.0]


def test_slot_is_waited_for(vendor, make_edge, naps):
    vendor.get(f"{API}/x", json={})

    make_edge(FakeLimiter(0.3, 0.2)).call("GET", f"{API}/x")

    assert naps == [0.3, 0.2]


def test_write_waits_less_for_a_slot_than_a_read(vendor, make_edge, naps):
    vendor.get(f"{API}/x", json={})

    make_edge(FakeLimiter(6.0), max_write_wait=5).call("GET", f"{API}/x")
    with pytest.raises(MustWait) as caught:
        make_edge(FakeLimiter(6.0), max_write_wait=5).call("POST", f"{API}/x", json={})

    assert (caught.value.retry_after, caught.value.maybe_applied) == (6.0, False)
    assert ([call.request.method for call in vendor.calls], naps) == (["GET"], [6.0])


def test_long_wait_for_a_slot_is_handed_to_the_caller_and_nothing_is_sent(vendor, make_edge, naps):
    edge = make_edge(FakeLimiter(45.0), max_wait=30)

    with pytest.raises(MustWait) as caught:
        edge.call("POST", f"{API}/x", json={})

    assert caught.value.retry_after == 45.0
    assert not caught.value.maybe_applied
    assert (len(vendor.calls), edge.calls, naps) == (0, {}, [])


def test_many_short_waits_also_end(vendor, make_edge):
    class Crowded(FakeLimiter):
        def try_acquire(self) -> float:
            return 1.0

    with pytest.raises(MustWait):
        make_edge(Crowded(), max_wait=5).call("GET", f"{API}/x")


def test_token_requests_are_not_counted(vendor, edge):
    vendor.post(f"{API}/token", json={})

    edge.call("POST", f"{API}/token", form={"a": "b c"}, repeatable=True, counted=False)

    assert edge.calls == {}
    assert vendor.calls[0].request.body == b"a=b+c"


@pytest.mark.parametrize(("asked", "everybody"), [("20", 20.0), ("400", 60.0)])
def test_service_that_asks_to_come_back_later_is_left_alone_by_everybody(vendor, make_edge, asked, everybody):
    limiter = FakeLimiter()
    vendor.post(f"{API}/x", status=503, headers={"Retry-After": asked})
    edge = make_edge(limiter)

    with pytest.raises(RateLimited) as caught:
        edge.call("POST", f"{API}/x", json={})

    assert caught.value.maybe_applied
    assert limiter.penalties == [everybody]
    assert edge.losses.wait == float(asked)


@pytest.mark.parametrize("jump", [60, -60])
def test_write_of_a_process_that_stood_still_is_not_sent(vendor, make_edge, time_machine, jump):
    """Somebody else may have looked for it meanwhile, found nothing, and sent it again."""
    time_machine.move_to("2026-11-02T05:00:00+00:00")

    class Frozen(FakeLimiter):
        def try_acquire(self):
            time_machine.shift(jump)
            return 0.0

    with pytest.raises(MustWait) as caught:
        make_edge(limiter=Frozen()).call("POST", f"{API}/x", json={})

    assert len(vendor.calls) == 0
    assert caught.value.fate is WriteFate.NOT_SENT
