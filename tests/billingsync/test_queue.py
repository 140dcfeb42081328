"""The queue: what beat asks for exists, and what is lost is done again."""

from __future__ import annotations

import os

from django.conf import settings

from billingsync.celery import app


def test_every_scheduled_task_exists():
    app.loader.import_default_modules()

    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert scheduled == {
        "syncs.tasks.dispatch_due",
        "syncs.tasks.sweep",
        "billingsync.tasks.prune",
        "notifications.tasks.deliver_due",
        "connections.tasks.remind_broken_connections",
    }
    assert scheduled - set(app.tasks) == set()


def test_lost_worker_gives_its_task_back_long_after_a_slice_has_ended():
    assert (app.conf.task_acks_late, app.conf.task_reject_on_worker_lost) == (True, True)
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.broker_transport_options["visibility_timeout"] >= 10 * 60
    assert app.conf.task_time_limit < app.conf.broker_transport_options["visibility_timeout"]


def test_published_task_stays_under_this_installations_prefix(redis_url):
    from redis import Redis

    name = f"queue-of-{os.getpid()}"
    with app.connection_for_write() as connection, connection.SimpleQueue(name) as queue:
        queue.put({"id": 1})

    with Redis.from_url(redis_url) as client:
        keys = [key.decode() for key in client.scan_iter(match=f"*{name}*")]
    assert keys
    assert [key for key in keys if not key.startswith(settings.REDIS_KEY_PREFIX)] == []


def test_queue_and_workers_tell_how_they_are_once_django_has_started(run_python):
    """In a process that knows no page: a worker has no reason to import one."""
    code = (
        "import django; django.setup()\n"
        "from celery.signals import before_task_publish, heartbeat_sent\n"
        "heard = [before_task_publish.receivers, heartbeat_sent.receivers]\n"
        "print(sorted(each().__name__ for receivers in heard for _, each in receivers))"
    )

    done = run_python("-c", code, DJANGO_SETTINGS_MODULE="billingsync.settings")

    assert done.stdout.strip() == "['note_time', 'note_worker']", done.stderr
