"""Have a worker send what was queued."""

from __future__ import annotations

from celery import current_app

TASK = "notifications.tasks.deliver_due"


def deliver_soon() -> None:
    """To be called once the transaction at hand is committed. What is lost here is found a minute later."""
    current_app.send_task(TASK, retry=False)
