"""The queue of runs as workers see it, one message at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from kombu.message import Message

from billingsync.celery import app
from core.audit import COMMAND
from core.scope import partner_scope
from programs.models import Program
from syncs.models import Run
from syncs.running.starting import start_sync
from syncs.running.tickets import TASK
from syncs.tasks import sweep

Commits = Callable[..., AbstractContextManager[Any]]


class Queue:
    """Messages about runs, oldest first. What a transaction sends leaves when it is over, as in the product."""

    def __init__(self, commits: Commits) -> None:
        self._commits = commits
        self._received: deque[Message] = deque()

    def __len__(self) -> int:
        self._receive()
        return len(self._received)

    def take(self) -> Message | None:
        """The oldest message, None when there is none."""
        self._receive()
        return self._received.popleft() if self._received else None

    def work_on(self, message: Message) -> None:
        """Do what a worker does that received this message."""
        args, kwargs, _ = message.payload
        with self._commits(execute=True):
            app.tasks[TASK].apply(args=args, kwargs=kwargs, task_id=message.headers["id"], throw=True)

    def work(self, most: int = 300) -> int:
        """Work until the queue is empty, or on so many messages; answers on how many."""
        for done in range(most):
            message = self.take()
            if message is None:
                return done
            self.work_on(message)
        return most

    def sweep(self) -> int:
        """Let the janitor look once; answers how many runs he handed over."""
        with self._commits(execute=True):
            return int(sweep())

    def start(self, partner_id: int, *kinds: str, preview: bool = False) -> list[Run]:
        """*Sync now*."""
        with self._commits(execute=True), partner_scope(partner_id):
            return start_sync(program=Program.objects.get(), kinds=kinds, actor=COMMAND, preview=preview)

    def lose(self) -> None:
        """Redis forgets every message."""
        self._receive()
        self._received.clear()

    def _receive(self) -> None:
        with app.connection_for_write() as connection, connection.SimpleQueue("work") as queue:
            while True:
                try:
                    message = queue.get(block=False)
                except queue.Empty:
                    return
                message.ack()
                if message.headers["task"] == TASK:  # and not one about e-mails
                    self._received.append(message)


def run_of(message: Message) -> int:
    """The run that a message is about."""
    return int(message.payload[0][1])
