"""Whether this process can do its work, for load balancers and container health checks."""

from __future__ import annotations

import structlog
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when the database and Redis answer, else 503; says which, and nothing else."""
    answers = {"database": database_answers(), "redis": redis_answers()}
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


def database_answers() -> bool:
    """True when the database runs a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as trouble:
        log.warning("health_database", error=type(trouble).__name__)
        return False
    return True


def redis_answers() -> bool:
    """True when Redis answers a read."""
    try:
        cache.get("healthz")
    except RedisError as trouble:
        log.warning("health_redis", error=type(trouble).__name__)
        return False
    return True
