"""The queue. The ledger in the database is the truth: a task that is lost or runs twice does no harm."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billingsync.settings")

app = Celery("billingsync")


@setup_logging.connect
def log_like_django(**_kwargs: Any) -> None:
    """Keep Celery from replacing the logging that the settings describe."""
    from logging.config import dictConfig

    dictConfig(settings.LOGGING)


def every(seconds: float, task: str) -> dict[str, Any]:
    """An entry of beat. It expires when the next one comes, so that no crowd of them waits for a worker."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


app.conf.update(
    broker_url=settings.REDIS_URL,
    broker_transport="billingsync.broker:Transport",
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": settings.CELERY_VISIBILITY_SECONDS,
        "global_keyprefix": settings.REDIS_KEY_PREFIX,
    },
    task_default_queue="work",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=settings.CELERY_VISIBILITY_SECONDS // 2,
    task_serializer="json",
    accept_content=["json"],
    timezone="UTC",
    enable_utc=True,
    worker_send_task_events=False,
    beat_scheduler="celery.beat:Scheduler",  # nothing has to be remembered between starts
    beat_schedule={
        "dispatch due syncs": every(60.0, "syncs.tasks.dispatch_due"),
        "sweep up after dead workers": every(float(settings.JANITOR_SECONDS), "syncs.tasks.sweep"),
        "deliver due e-mails": every(60.0, "notifications.tasks.deliver_due"),
        "take out what is too old": {
            "task": "billingsync.tasks.prune",
            "schedule": crontab(hour=1, minute=23),  # UTC; syncs of most partners come later
            "options": {"expires": 3600.0},
        },
        "remind of broken connections": every(3600.0, "connections.tasks.remind_broken_connections"),
    },
)
app.autodiscover_tasks()
