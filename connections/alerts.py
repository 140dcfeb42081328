"""Whether a connection works, and who is told: once when it breaks, every 3 days, once when it works again."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone

from accounts.models import Partner
from connections.models import Connection, ConnectionStatus, Trouble
from connectors.errors import ConfigurationError, ConnectorError, PermissionMissing
from connectors.registry import SYSTEMS
from core.audit import Actor
from core.scope import partner_scope, scoped_partner_id
from notifications import links, outbox
from notifications.letters import Why
from notifications.news import News, tell
from notifications.recipients import group_of_connection

REMIND_AFTER = dt.timedelta(days=3)


def record_failure(partner_id: int, connection_id: int, error: ConnectorError) -> None:
    """A vendor call failed. Only errors that the partner must act on mark the connection."""
    if not isinstance(error, ConfigurationError):
        return
    with partner_scope(partner_id):
        connection = Connection.objects.select_for_update(no_key=True).get(pk=connection_id)
        if connection.status in {ConnectionStatus.CONNECTED, ConnectionStatus.ATTENTION}:
            trouble = Trouble.PERMISSION if isinstance(error, PermissionMissing) else Trouble.CREDENTIALS
            note_failure(connection, str(error), error.detail, trouble)


def record_success(partner_id: int, *connection_ids: int) -> None:
    """Calls over these connections worked: those that needed attention are well again."""
    with partner_scope(partner_id):
        locked = Connection.objects.select_for_update(no_key=True).order_by("pk")
        for connection in locked.filter(pk__in=connection_ids, status=ConnectionStatus.ATTENTION):
            note_success(connection)


def note_failure(connection: Connection, problem: str, detail: str, trouble: Trouble = Trouble.CREDENTIALS) -> None:
    """Mark a locked connection as needing attention and queue one e-mail about it."""
    now = timezone.now()
    if connection.status != ConnectionStatus.ATTENTION:
        connection.status, connection.status_since = ConnectionStatus.ATTENTION, now
    connection.problem, connection.problem_detail, connection.trouble = problem, detail, trouble
    if connection.failing_since is None:
        connection.failing_since = connection.reminded_at = now
        _tell_partner(connection, "connection_broken", reminder=0)
    connection.save()


def note_success(connection: Connection) -> None:
    """Mark a locked connection as connected; who was told that it broke is told that it works."""
    if connection.status != ConnectionStatus.CONNECTED:
        connection.status, connection.status_since = ConnectionStatus.CONNECTED, timezone.now()
    if connection.failing_since is not None:
        _tell_partner(connection, "connection_works", reminder=0)
    connection.problem = connection.problem_detail = connection.trouble = ""
    connection.failing_since = connection.reminded_at = None
    connection.save()


def remind_of_broken(now: dt.datetime) -> int:
    """Queue the reminders that are due in the open scope; returns how many."""
    due = Connection.objects.select_for_update(skip_locked=True, no_key=True).filter(
        status=ConnectionStatus.ATTENTION, failing_since__isnull=False, reminded_at__lte=now - REMIND_AFTER
    )
    sent = 0
    for connection in due:
        connection.reminded_at = now
        connection.save(update_fields=["reminded_at"])
        _tell_partner(connection, "connection_broken", reminder=(now - _since(connection)).days)
        sent += 1
    return sent


def tell_operator(connection: Connection, label: str, actor: Actor) -> None:
    """Queue the e-mail that asks the operator to enable a target."""
    if not settings.OPERATOR_EMAIL:
        return
    outbox.queue(
        "target_requested",
        event=f"target_requested:{connection.pk}:{connection.requested_at:%Y%m%dT%H%M%S%f}",
        to=[settings.OPERATOR_EMAIL],
        context={"who": actor.name, "target": label, "link": links.operator_page()},
        why=Why("You get this because this address runs the service."),
    )


def tell_requester(connection: Connection, label: str) -> None:
    """Queue the e-mail that the requested target can be connected now."""
    requester = connection.requested_by
    if requester is None:
        return
    partner = Partner.objects.get(pk=scoped_partner_id())
    outbox.queue(
        "target_enabled",
        event=f"target_enabled:{connection.pk}:{connection.requested_at:%Y%m%dT%H%M%S%f}",
        to=[requester.email],
        context={"target": label, "link": links.connect_page(partner.slug, connection.system)},
        why=Why("You get this because you requested it."),
    )


def _tell_partner(connection: Connection, kind: str, *, reminder: int) -> None:
    partner = Partner.objects.get(pk=scoped_partner_id())
    since = _since(connection)
    tell(
        kind,
        event=f"{kind}:{connection.pk}:{since:%Y%m%dT%H%M%S%f}:{reminder}",
        news=[News.CONNECTIONS],
        group=group_of_connection(connection.pk, partner),
        context={
            "system": SYSTEMS[connection.system].label,
            "problem": connection.problem,
            "since": since,
            "days": reminder,
            "link": links.connections_page(partner.slug, connection.system),
        },
    )


def _since(connection: Connection) -> dt.datetime:
    return connection.failing_since or timezone.now()
