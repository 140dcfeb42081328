"""The operator's page: the service over all partners in numbers, in the same few questions however many there are."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis import Redis

from accounts.services import create_partner, create_user, ensure_member
from billingsync.celery import app
from billingsync.signs_of_life import note_time, note_worker
from connections.clients import build_limiter
from connections.limit_use import read_limit_use
from connections.models import Connection
from core.audit import COMMAND
from core.cross_partner import PAGE_SIZE, ask_page
from core.scope import partner_scope
from reports.queue import read_queue_health
from tests import factories as make
from tests.portal.cast import Cast, Shop, stock_shop


def open_page(cast: Cast, **query: str) -> Any:
    return cast.client("olga").get("/operator/", query)


def test_partners_are_shown_in_numbers(cast: Cast, shop: Shop) -> None:
    now = timezone.now()
    with partner_scope(cast.northwind.pk):
        make.RunFactory(program=shop.program, status="error", finished_at=now - dt.timedelta(hours=2))
        make.RunFactory(program=shop.program, status="error", finished_at=now - dt.timedelta(hours=30))
        make.RunFactory(program=shop.program, status="error", preview=True, finished_at=now)
        make.RunFactory(program=shop.program, state="applying", status="", finished_at=None)
        shop.mapping.sync_on = False
        shop.mapping.save()

    northwind, tailwind = open_page(cast).context["partners"].rows

    assert (northwind.users, northwind.customers, northwind.mappings, northwind.mappings_on) == (4, 1, 1, 0)
    assert (northwind.failed_runs, northwind.running, northwind.troubled_connections) == (1, 1, 0)
    assert (tailwind.users, tailwind.customers, tailwind.failed_runs, tailwind.last_success) == (1, 0, 0, None)


def test_last_success_is_no_preview_and_no_failure(cast: Cast, shop: Shop) -> None:
    success = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    with partner_scope(cast.northwind.pk):
        make.RunFactory(program=shop.program, status="warning", finished_at=success)
        make.RunFactory(program=shop.program, status="success", preview=True, finished_at=success.replace(year=2031))
        make.RunFactory(program=shop.program, status="error", finished_at=success.replace(year=2032))

    assert open_page(cast).context["partners"].rows[0].last_success == success


def test_partners_with_failed_runs_come_first_and_are_found_by_name(cast: Cast) -> None:
    with partner_scope(cast.tailwind.pk):
        make.RunFactory(program=make.ProgramFactory(), status="error", finished_at=timezone.now())

    everyone, found, nobody = (open_page(cast, q=words) for words in ("", "NORTH", "100%"))

    assert [each.slug for each in everyone.context["partners"].rows] == ["tailwind", "northwind"]
    assert [each.slug for each in found.context["partners"].rows] == ["northwind"]
    assert "No match" in nobody.content.decode()


def test_partners_are_cut_into_pages(cast: Cast) -> None:
    for number in range(PAGE_SIZE):
        create_partner(slug=f"sample-{number:03}", name=f"Sample {number:03}", actor=COMMAND)

    first, second = open_page(cast), open_page(cast, page="2")

    assert [len(page.context["partners"].rows) for page in (first, second)] == [PAGE_SIZE, 2]
    assert "Partners 1–50 of 52" in first.content.decode()
    assert "Partners 51–52 of 52" in second.content.decode()


def test_search_takes_anything(cast: Cast) -> None:
    assert open_page(cast, q="\0north").status_code == 200


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "²", "3"])
def test_page_that_is_none_breaks_nothing(cast: Cast, page: str) -> None:
    assert open_page(cast, page=page, requests=page, troubled=page).status_code == 200


def test_page_beyond_the_last_is_not_taken_for_an_empty_list(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Connection.objects.filter(pk=shop.program.source_id).update(status="attention", failing_since=timezone.now())

    response = open_page(cast, troubled="2", page="2")

    assert [row.partner_name for row in response.context["troubled"].rows] == ["Northwind IT"]
    assert "All connections work" not in response.content.decode()
    assert len(response.context["partners"].rows) == 2


def test_trouble_and_unsent_mails_are_counted_over_all_partners(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.MessageFactory(state="due")
        make.MessageFactory(state="sending")
        make.MessageFactory(state="failed")
        shop.program.source.status = "attention"
        shop.program.source.problem_detail = "HTTP 401 from the token page"
        shop.program.source.failing_since = timezone.now()
        shop.program.source.save()

    response = open_page(cast)

    unsent = response.context["unsent"]
    assert (unsent.waiting, unsent.given_up) == (2, 1)
    assert unsent.oldest is not None
    assert [(each.partner_name, each.label) for each in response.context["troubled"].rows] == [
        ("Northwind IT", "PRISM")
    ]
    assert "HTTP 401 from the token page" in response.content.decode()


def test_page_tells_nothing_that_a_partner_entered_or_imported(cast: Cast, shop: Shop) -> None:
    page = open_page(cast).content.decode()

    assert "Northwind IT" in page
    for text in ("Contoso", "contoso.example", "1000013", "60.00", "billing@northwind.example", "alice@"):
        assert text not in page


def test_questions_do_not_grow_with_partners(cast: Cast, shop: Shop) -> None:
    olga = cast.client("olga")
    with CaptureQueriesContext(connection) as few:
        olga.get("/operator/")
    for number in range(3):
        partner = create_partner(slug=f"sample-{number}", name=f"Sample {number}", actor=COMMAND)
        with partner_scope(partner.pk):
            ensure_member(user=create_user(email=f"{number}@sample.example"), role="owner", actor=COMMAND)
            stocked = stock_shop()
            stocked.program.source.status = "attention"
            stocked.program.source.save()
            stocked.program.target.status = "requested"
            stocked.program.target.save()
    with CaptureQueriesContext(connection) as many:
        page = olga.get("/operator/")

    assert [page.context[name].total for name in ("partners", "requests", "troubled")] == [5, 3, 3]
    assert len(many) == len(few) < 15


def test_only_known_questions_are_asked() -> None:
    with pytest.raises(ValueError, match="no question"):
        ask_page("find_partner", dict)


def test_queue_says_how_much_waits_and_since_when(cast: Cast, redis_url: str, settings: Any) -> None:
    settings.REDIS_URL = redis_url
    with Redis.from_url(redis_url) as client:
        client.delete(f"{settings.REDIS_KEY_PREFIX}work", f"{settings.REDIS_KEY_PREFIX}workers")
        headers: dict[str, Any] = {}
        note_time(headers=headers)
        first = headers["queued_at"]
        note_time(headers=headers)
        with app.connection_for_write() as broker, broker.SimpleQueue("work") as queue:
            queue.put({}, headers=headers)
            queue.put({}, headers={"queued_at": first + 5})

        health = read_queue_health(timezone.now())
        client.delete(f"{settings.REDIS_KEY_PREFIX}work")

    assert health is not None
    assert health.oldest is not None
    assert (health.waiting, health.oldest.timestamp(), health.workers) == (2, pytest.approx(first), [])


class Heart:
    """What Celery hands on with a sign of life."""

    class eventer:  # noqa: N801  # an attribute of that name
        hostname = "worker@sample"


def test_worker_is_known_by_its_last_sign_of_life(redis_url: str, settings: Any) -> None:
    settings.REDIS_URL = redis_url
    note_worker(sender=Heart())
    now = timezone.now()

    alive = read_queue_health(now)
    silent = read_queue_health(now + dt.timedelta(minutes=2))
    forgotten = read_queue_health(now + dt.timedelta(hours=7))

    assert alive is not None
    assert silent is not None
    assert forgotten is not None
    assert [(each.name, each.silent) for each in alive.workers] == [("worker@sample", False)]
    assert [each.silent for each in silent.workers] == [True]
    assert forgotten.workers == []


def test_page_says_so_when_redis_is_away(cast: Cast, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = open_page(cast)

    assert (response.context["queue"], response.context["limits"]) == (None, [])
    assert "Redis does not answer" in response.content.decode()


def test_calls_of_the_minute_are_counted(redis_url: str, settings: Any) -> None:
    settings.REDIS_URL = redis_url
    settings.EGRESS_ID = "sample-egress"
    settings.SYNCRO_REQUESTS_PER_MINUTE = 60_000
    limiter = build_limiter("syncro")
    taken = sum(limiter.try_acquire() == 0.0 for _ in range(20))
    limiter.penalise(30)

    prism, syncro = read_limit_use()

    assert (syncro.limit, syncro.last_minute + syncro.this_minute) == (60_000, taken)
    assert 29 < syncro.wait <= 30
    assert (prism.limit, prism.this_minute, prism.wait) == (0, 0, 0.0)
