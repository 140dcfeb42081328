"""Whether this process lives (``/healthz``), and whether the installation can do its work (``/readyz``).

Both are answered before anything else is looked at, host name and session included: a probe knows an address, and must
not be kept out by what it asks about.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import structlog
from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from redis.exceptions import RedisError

from billingsync.signs_of_life import BEAT, TASK_DONE, seconds_since
from billingsync.version import read_version
from core.models import Installation
from reports.queue import open_redis

log = structlog.get_logger(__name__)

READS = ("GET", "HEAD")
LONGEST_SILENCE = 300.0  # seconds: some task is due each minute, and a slice of a run takes some twenty seconds
PROBE_SECONDS = 60
GOOD_SECONDS = 1.0  # how long an answer is given again


@dataclass(slots=True)
class Readiness:
    """What this process found out last."""

    answers: dict[str, bool] = field(default_factory=dict)
    good_until: float = 0.0


_found, _finding_out = Readiness(), Lock()


def answer_probes(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, the first of all."""
    probes = {"/healthz": _live, "/readyz": _ready}

    def respond(request: HttpRequest) -> HttpResponseBase:
        probe = probes.get(request.path_info)
        if probe is None:
            return get_response(request)
        return probe() if request.method in READS else HttpResponseNotAllowed(READS)

    return respond


def _live() -> JsonResponse:
    """This process answers. It asks nobody else, or all web servers would be ended because a database is away."""
    return JsonResponse({"alive": True, "version": read_version()})


def _ready() -> JsonResponse:
    """200 when all of it works, else 503; says which does, and nothing else.

    Anybody may ask, and an answer costs a write: for a second each process says again what it found.
    """
    with _finding_out:
        if time.monotonic() >= _found.good_until:
            _found.answers = {
                "database": database_is_writable(),
                "redis": redis_is_writable(),
                "worker": _was_heard_of(TASK_DONE),
                "beat": _was_heard_of(BEAT),
            }
            _found.good_until = time.monotonic() + GOOD_SECONDS
        answers = _found.answers
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


def database_is_writable() -> bool:
    """A row is written: a read-only server and a full disk answer every question."""
    try:
        return Installation.objects.update(probed_at=Now()) == 1
    except DatabaseTrouble as trouble:
        log.warning("health_database", error=type(trouble).__name__)
        return False


def redis_is_writable() -> bool:
    """A key is written and read: a server without memory answers every question."""
    key, value = f"{settings.REDIS_KEY_PREFIX}probe", secrets.token_hex(8)
    try:
        client = open_redis(settings.REDIS_URL)
        client.set(f"{key}:{value}", value, ex=PROBE_SECONDS)
        return bool(client.getdel(f"{key}:{value}") == value.encode())
    except RedisError as trouble:
        log.warning("health_redis", error=type(trouble).__name__)
        return False


def _was_heard_of(sign: str) -> bool:
    try:
        silence = seconds_since(sign)
    except RedisError:
        return False
    return silence is not None and silence < LONGEST_SILENCE
