"""The shared request limit, against a real Redis server and its own clock."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from connectors.edge.ratelimit import Gate, NoLimit, RedisLimiter
from connectors.errors import TransientError

PER_MINUTE = 180
INTERVAL = 60 / (PER_MINUTE * 0.985)


def test_second_slot_comes_one_even_space_after_the_first(redis_client):
    limiter = RedisLimiter(redis_client, [Gate("egress:syncro", PER_MINUTE)])

    assert limiter.try_acquire() == 0.0
    wait = limiter.try_acquire()

    assert 0 < wait <= INTERVAL


def test_asking_reserves_nothing(redis_client):
    limiter = RedisLimiter(redis_client, [Gate("egress:syncro", 1)])
    limiter.try_acquire()

    waits = [limiter.try_acquire() for _ in range(5)]

    assert waits == sorted(waits, reverse=True)
    assert all(0 < wait <= 60 / 0.985 for wait in waits)


def test_slots_are_spaced_on_the_clock_of_the_server(redis_client):
    limiter = RedisLimiter(redis_client, [Gate("egress:syncro", 3000)])
    taken_at: list[float] = []

    while len(taken_at) < 10:
        if limiter.try_acquire() == 0.0:
            seconds, microseconds = redis_client.time()
            taken_at.append(seconds + microseconds / 1_000_000)

    spaces = [later - earlier for earlier, later in pairwise(taken_at)]
    # The instant is read just after the slot was taken, so single spaces vary; their sum cannot.
    assert sum(spaces) >= 8 * 60 / (3000 * 0.985)


@pytest.mark.parametrize(("late", "least", "most"), [(20, 35, 42), (40, 55, 61)])
def test_slot_taken_a_little_late_does_not_move_the_next_and_a_lost_one_is_not_made_up_for(
    redis_client, late, least, most
):
    limiter = RedisLimiter(redis_client, [Gate("egress:syncro", 1)])
    redis_client.set("egress:syncro", str((redis_client.time()[0] - late) * 1_000_000))

    assert limiter.try_acquire() == 0.0
    assert least < limiter.try_acquire() < most


def test_limit_is_shared_by_everybody_on_one_key_and_by_nobody_else(own_redis_url, redis_client):
    with redis.Redis.from_url(own_redis_url) as other_client:
        here = RedisLimiter(redis_client, [Gate("egress-a:syncro", PER_MINUTE)])
        there = RedisLimiter(other_client, [Gate("egress-a:syncro", PER_MINUTE)])
        elsewhere = RedisLimiter(other_client, [Gate("egress-b:syncro", PER_MINUTE)])

        assert here.try_acquire() == 0.0
        assert there.try_acquire() > 0
        assert elsewhere.try_acquire() == 0.0


def test_penalty_stops_everybody_and_is_never_shortened(redis_client):
    limiter = RedisLimiter(redis_client, [Gate("egress:syncro", PER_MINUTE)])
    other = RedisLimiter(redis_client, [Gate("egress:syncro", PER_MINUTE)])

    limiter.penalise(60)
    limiter.penalise(5)

    assert 59 < other.try_acquire() <= 60


def test_no_limit_still_obeys_a_penalty(redis_client):
    limiter = RedisLimiter(redis_client, [Gate("egress:syncro", 0)])

    assert [limiter.try_acquire() for _ in range(20)] == [0.0] * 20
    limiter.penalise(30)
    assert 29 < limiter.try_acquire() <= 30


def test_after_redis_forgot_everything_only_one_slot_is_free_at_once(redis_client):
    limiter = RedisLimiter(redis_client, [Gate("egress:syncro", PER_MINUTE)])
    limiter.try_acquire()

    redis_client.flushall()
    redis_client.script_flush()

    assert limiter.try_acquire() == 0.0
    assert limiter.try_acquire() > 0


def test_penalty_outlives_a_redis_that_forgot_it_and_is_told_to_it_again(own_redis_url, redis_client):
    here = RedisLimiter(redis_client, [Gate("egress:syncro", PER_MINUTE)])
    here.penalise(60)

    redis_client.flushall()

    assert 59 < RedisLimiter(redis_client, [Gate("egress:syncro", PER_MINUTE)]).try_acquire() <= 60
    with redis.Redis.from_url(own_redis_url) as other_client:
        assert 59 < RedisLimiter(other_client, [Gate("egress:syncro", PER_MINUTE)]).try_acquire() <= 60


def test_penalty_that_somebody_else_met_outlives_redis_too(own_redis_url, redis_client):
    with redis.Redis.from_url(own_redis_url) as other_client:
        RedisLimiter(other_client, [Gate("egress:syncro", PER_MINUTE)]).penalise(60)
    limiter = RedisLimiter(redis_client, [Gate("egress:syncro", PER_MINUTE)])
    limiter.try_acquire()

    redis_client.flushall()

    assert 59 < limiter.try_acquire() <= 60
    assert RedisLimiter(redis_client, [Gate("another:syncro", PER_MINUTE)]).try_acquire() == 0.0


def test_slot_far_in_the_future_from_a_clock_set_back_does_not_stop_the_work(redis_client):
    redis_client.set("egress:syncro", str(int((time.time() + 86400) * 1_000_000)))

    assert RedisLimiter(redis_client, [Gate("egress:syncro", PER_MINUTE)]).try_acquire() == 0.0


def test_key_does_not_stay_for_ever(redis_client):
    RedisLimiter(redis_client, [Gate("egress:syncro", PER_MINUTE)]).try_acquire()

    assert 0 < redis_client.pttl("egress:syncro") <= 2000


def test_redis_away_is_transient_and_a_penalty_is_only_logged(caplog):
    with redis.Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0)) as client:
        limiter = RedisLimiter(client, [Gate("egress:syncro", PER_MINUTE)], system="syncro")

        with pytest.raises(TransientError) as caught:
            limiter.try_acquire()
        limiter.penalise(5)

    assert caught.value.system == "syncro"
    assert "penalty" in caplog.text


def test_negative_limit_is_a_mistake(redis_client):
    with pytest.raises(ValueError, match="negative"):
        RedisLimiter(redis_client, [Gate("egress:syncro", -1)])


def test_limit_of_another_time_than_a_minute_is_spaced_evenly_too(redis_client):
    limiter = RedisLimiter(redis_client, [Gate("account:a", 700, seconds=300)])

    assert limiter.try_acquire() == 0.0
    assert 0.35 < limiter.try_acquire() <= 300 / (700 * 0.985)


def test_call_passes_each_gate_and_waits_for_the_slowest(redis_client):
    limiter = RedisLimiter(redis_client, [Gate("egress:halo", 6000), Gate("account:a", 60)])

    assert limiter.try_acquire() == 0.0
    assert 0.9 < limiter.try_acquire() <= 60 / (60 * 0.985)


def test_who_is_counted_apart_by_the_vendor_does_not_wait_for_the_other(redis_client):
    first = RedisLimiter(redis_client, [Gate("account:a", 1)], tally="egress:halo")
    other = RedisLimiter(redis_client, [Gate("account:b", 1)], tally="egress:halo")

    assert first.try_acquire() == 0.0
    assert first.try_acquire() > 0
    assert other.try_acquire() == 0.0
    first.penalise(60)
    assert 0 < other.try_acquire() <= 60 / 0.985 + 0.01
    use = other.read_use()
    assert use.last_minute + use.this_minute == 2


def test_slot_is_taken_at_all_gates_or_at_none(redis_client):
    shut = RedisLimiter(redis_client, [Gate("egress:halo", 1), Gate("account:a", 1)])
    free = RedisLimiter(redis_client, [Gate("egress:halo", 1), Gate("account:b", 1)])
    assert shut.try_acquire() == 0.0

    assert free.try_acquire() > 0

    assert redis_client.get("account:b") is None


def test_penalty_shuts_every_gate_of_the_call(redis_client):
    limiter = RedisLimiter(redis_client, [Gate("egress:halo", 6000), Gate("account:a", 6000)])

    limiter.penalise(60)

    for key in ("egress:halo", "account:a"):
        assert 59 < RedisLimiter(redis_client, [Gate(key, 6000)]).try_acquire() <= 60


def test_penalty_met_at_one_gate_is_remembered_for_that_gate_alone(own_redis_url, redis_client):
    with redis.Redis.from_url(own_redis_url) as other_client:
        RedisLimiter(other_client, [Gate("account:a", 6000)]).penalise(60)
    limiter = RedisLimiter(redis_client, [Gate("egress:halo", 6000), Gate("account:a", 6000)])
    assert 59 < limiter.try_acquire() <= 60

    redis_client.flushall()

    assert 59 < limiter.try_acquire() <= 60
    assert RedisLimiter(redis_client, [Gate("egress:halo", 6000)]).try_acquire() == 0.0


def test_system_without_limit_always_has_a_slot():
    limiter = NoLimit()
    limiter.penalise(60)
    assert limiter.try_acquire() == 0.0
