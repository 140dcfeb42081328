"""Connections of a partner: request, enable, connect, test again, disconnect.

Every function here opens the partner's scope itself and calls vendors only between two scopes:
call them outside any scope. A partner may have several connections of one system: ``name`` is the
partner's own for one of them, "" the one without a name; left out, the first of the system is meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from connections import alerts
from connections.errors import ConnectionRefused, TargetNotEnabled
from connections.models import Connection, ConnectionStatus
from connections.secret_store import read_credentials, same_credentials, store_secrets
from connections.stored import refuse_older_form
from connections.testing import Definition, check_form, find_system, try_credentials
from connectors.records import ConnectionReport
from connectors.registry import SYSTEMS, SystemRole, TargetDefinition
from core.audit import Actor, record
from core.enums import About
from core.scope import partner_scope
from core.secrets import SealBroken

NOT_ENABLED = (ConnectionStatus.NOT_ENABLED, ConnectionStatus.REQUESTED)
STORED = (ConnectionStatus.CONNECTED, ConnectionStatus.ATTENTION)  # credentials


def request_target(partner_id: int, system: str, actor: Actor) -> Connection:
    """Ask the operator, by e-mail, to enable a target. Asking twice sends one e-mail."""
    definition = _target(system)
    with partner_scope(partner_id):
        connection = _lock_or_create(system)
        if connection.status != ConnectionStatus.NOT_ENABLED:
            return connection
        connection.requested_by_id = actor.user_id
        connection.requested_at = timezone.now()
        _set_status(connection, ConnectionStatus.REQUESTED)
        connection.save()
        _tell(actor, "target.requested", f"{definition.label} requested", connection)
        alerts.tell_operator(connection, definition.label, actor)
        return connection


def enable_target(partner_id: int, system: str, actor: Actor, *, name: str | None = None) -> bool:
    """Let the partner connect a target; tells whoever requested it. False: it was enabled already."""
    definition = _target(system)
    with partner_scope(partner_id):
        connection = _lock_or_create(system, name)
        if connection.status not in NOT_ENABLED:
            return False
        _set_status(connection, ConnectionStatus.READY)
        connection.save()
        _tell(actor, "target.enabled", f"{definition.label} enabled", connection)
        alerts.tell_requester(connection, definition.label)
        return True


def connect(
    partner_id: int, system: str, credentials: Mapping[str, str], actor: Actor, currency: str = ""
) -> Connection:
    """Test credentials against the vendor and store them; fields left empty keep what is stored.

    ``currency`` is the ISO code a source bills in, "" for the partner's. Raises
    ``ConnectionRefused`` (nothing is saved) or ``TargetNotEnabled``.
    """
    definition = find_system(system)
    given = {name: value.strip() for name, value in credentials.items() if value and value.strip()}
    check_enabled(partner_id, definition)
    check_currency(currency)
    complete = credentials_to_test(partner_id, system, given)
    report = try_credentials(definition, complete)
    return save_connection(
        partner_id, system=system, given=given, report=report, actor=actor, currency=currency or None
    )


def credentials_to_test(
    partner_id: int | None, system: str, given: Mapping[str, str], *, name: str | None = None
) -> dict[str, str]:
    """The given credentials, completed by what is stored. Raises ``ConnectionRefused``."""
    definition = find_system(system)
    stored: dict[str, str] = {}
    if partner_id is not None:
        with partner_scope(partner_id):
            connection = _named(system, name).first()
            stored = _readable(connection) if connection else {}
    complete = {**stored, **given}
    check_form(definition, complete)
    return complete


def save_connection(
    partner_id: int,
    *,
    system: str,
    given: Mapping[str, str],
    report: ConnectionReport,
    actor: Actor,
    currency: str | None = None,
    name: str | None = None,
) -> Connection:
    """Store credentials that were tested with this report. ``currency`` None keeps what is stored."""
    definition = find_system(system)
    with partner_scope(partner_id):
        connection = _lock_or_create(system, name)
        _refuse_unless_enabled(connection, definition)
        replaced = connection.status in {ConnectionStatus.CONNECTED, ConnectionStatus.ATTENTION}
        connection.currency = connection.currency if currency is None else currency
        _write_report(connection, report, also=_note_other_account(connection, report))
        _store(connection, definition, given)
        alerts.note_success(connection)
        verb = "replaced" if replaced else "stored"
        _tell(actor, f"connection.{verb}", f"{definition.label} credentials {verb}: {connection.account}", connection)
        return connection


def set_currency(partner_id: int, system: str, currency: str, actor: Actor, *, name: str | None = None) -> bool:
    """Say in which currency (ISO code, "" for the partner's) a source bills. False: unchanged."""
    definition = find_system(system)
    check_currency(currency)
    with partner_scope(partner_id):
        connection = _lock(system, name)
        if connection.currency == currency or definition.role is SystemRole.TARGET:  # which says its own
            return False
        _tell(
            actor,
            "connection.currency",
            f"{definition.label} bills in {currency or 'the partner’s currency'}",
            connection,
        )
        connection.currency = currency
        connection.save(update_fields=["currency"])
        return True


def name_connection(partner_id: int, system: str, name: str, actor: Actor, *, before: str | None) -> bool:
    """Give a connection the partner's own name, by which a configuration file may speak of it. False: unchanged.

    ``before`` is its name until now; None begins one more connection of the system. Raises ``ConnectionRefused``
    where a system or another connection is called so.
    """
    label = find_system(system).label
    if name in SYSTEMS:
        raise ConnectionRefused(f"“{name}” is the name of a system. Choose another one.")
    with partner_scope(partner_id):
        # All of them are locked: nothing but this keeps two from taking one name at the same time.
        rows = list(Connection.objects.select_for_update(no_key=True).order_by("pk"))
        if before == name:
            return False
        if taken := next((row for row in rows if row.name == name), None):
            raise ConnectionRefused(f"“{name}” is the {taken.label} connection already. Choose another name.")
        connection = _lock(system, before) if before is not None else _lock_or_create(system, name)
        record(actor, "connection.named", f"{label} is called “{name}”")
        connection.name = name
        connection.save(update_fields=["name"])
        return True


def retest(partner_id: int, system: str, actor: Actor) -> Connection:
    """Test the stored credentials again. What is raised marks the connection, unless the vendor did not answer."""
    definition = find_system(system)
    with partner_scope(partner_id):
        connection = _lock(system)
        credentials = _opened(connection, definition)
    check_form(definition, credentials)
    try:
        report = try_credentials(definition, credentials)
    except ConnectionRefused as refusal:
        with partner_scope(partner_id):
            connection = _lock_stored(system, definition)
            connection.last_tested_at = timezone.now()
            if refusal.temporary:
                connection.save(update_fields=["last_tested_at"])
            else:
                connection.permissions = [list(pair) for pair in refusal.permissions] or connection.permissions
                alerts.note_failure(connection, str(refusal), refusal.detail, refusal.trouble)
            found = "no answer" if refusal.temporary else "does not work"
            _tell(actor, "connection.tested", f"{definition.label} tested: {found}", connection)
        raise
    with partner_scope(partner_id):
        connection = _lock_stored(system, definition)
        _write_report(connection, report)
        alerts.note_success(connection)
        _tell(actor, "connection.tested", f"{definition.label} tested: works", connection)
        return connection


def disconnect(partner_id: int, system: str, actor: Actor, *, drawn: str | None = None) -> Connection:
    """Forget the credentials. Copies, mappings and history stay, so that connecting again resumes.

    Raises ``ConnectionRefused`` where none are stored: what waits to be enabled goes on waiting. Raises
    ``NewerEdition`` where others are stored than when the page was ``drawn``.
    """
    definition = find_system(system)
    with partner_scope(partner_id):
        connection = _lock_stored(system, definition)
        refuse_older_form(definition, connection, drawn)
        connection.secrets.all().delete()
        connection.credentials = {}
        connection.permissions, connection.warnings = [], []
        connection.problem = connection.problem_detail = connection.trouble = ""
        connection.failing_since = connection.reminded_at = None
        _set_status(connection, ConnectionStatus.READY)
        connection.save()
        _tell(actor, "connection.removed", f"{definition.label} disconnected", connection)
        return connection


def credentials_unchanged(partner_id: int, system: str, given: Mapping[str, str], *, name: str | None = None) -> bool:
    """True when the connection works and each given value is what is stored already."""
    with partner_scope(partner_id):
        connection = _named(system, name).first()
        if connection is None or connection.status != ConnectionStatus.CONNECTED:
            return False
        return same_credentials(connection, given)


def check_enabled(partner_id: int, definition: Definition) -> None:
    """Raise ``TargetNotEnabled`` where the operator has not let the partner connect it."""
    with partner_scope(partner_id):
        _refuse_unless_enabled(_named(definition.name).first(), definition)


def _refuse_unless_enabled(connection: Connection | None, definition: Definition) -> None:
    if not isinstance(definition, TargetDefinition) or settings.TARGETS_ENABLED_BY_DEFAULT:
        return
    if connection is None or connection.status in NOT_ENABLED:
        raise TargetNotEnabled(f"{definition.label} is not enabled yet. Request it first.")


def _readable(connection: Connection) -> dict[str, str]:
    """Stored credentials; what no key opens has to be entered again."""
    try:
        return read_credentials(connection)
    except SealBroken:
        return dict(connection.credentials)


def _opened(connection: Connection, definition: Definition) -> dict[str, str]:
    try:
        return read_credentials(connection)
    except SealBroken as broken:
        raise ConnectionRefused(
            f"The stored {definition.label} credentials cannot be opened. Enter them again.", detail=str(broken)
        ) from broken


def check_currency(currency: str) -> None:
    """Raise ``ConnectionRefused`` unless it is an ISO code, or ""."""
    if currency and not re.fullmatch("[A-Z]{3}", currency):
        text = "Use a three-letter code such as USD."
        raise ConnectionRefused(text, fields={"currency": text})


def _note_other_account(connection: Connection, report: ConnectionReport) -> list[str]:
    before, now = connection.account, report.account[:200]
    if not before or not now or before.casefold() == now.casefold():
        return []
    change = f"These credentials belong to {now}; before, this connection was {before}."
    return [f"{change} Mappings made for the other account do not fit."]


def _write_report(connection: Connection, report: ConnectionReport, also: Sequence[str] = ()) -> None:
    now = timezone.now()
    if report.currency or report.currency_symbol or report.time_zone:
        if find_system(connection.system).role is SystemRole.TARGET:  # that of a source is a setting of the partner's
            connection.currency = report.currency
        connection.currency_symbol = report.currency_symbol
        connection.time_zone = report.time_zone
        connection.settings_read_at = now
    connection.account = report.account[:200]
    connection.permissions = [[permission.name, permission.state] for permission in report.permissions]
    connection.warnings = [*report.warnings, *also]
    connection.last_tested_at = now


def _store(connection: Connection, definition: Definition, given: Mapping[str, str]) -> None:
    hidden = {field.name for field in definition.fields if field.secret}
    connection.credentials = {
        **connection.credentials,
        **{name: value for name, value in given.items() if name not in hidden},
    }
    store_secrets(connection, {name: value for name, value in given.items() if name in hidden})
    connection.negative_lines = True  # what an account refused before may be another one's, or allowed by now


def _named(system: str, name: str | None = None) -> QuerySet[Connection]:
    """The connection of that name, or without one, the system's first ahead."""
    of_system = Connection.objects.filter(system=system).order_by("pk")
    return of_system if name is None else of_system.filter(name=name)


def _lock_or_create(system: str, name: str | None = None) -> Connection:
    if not _named(system, name).exists():
        begun = {"status": first_status(find_system(system)), "status_since": timezone.now()}
        Connection.objects.get_or_create(system=system, name=name or "", defaults=begun)
    return _lock(system, name)


def first_status(definition: Definition) -> ConnectionStatus:
    """Status of a system that a partner has not touched yet."""
    open_to_all = not isinstance(definition, TargetDefinition) or settings.TARGETS_ENABLED_BY_DEFAULT
    return ConnectionStatus.READY if open_to_all else ConnectionStatus.NOT_ENABLED


def _lock(system: str, name: str | None = None) -> Connection:
    connection = _named(system, name).select_for_update(no_key=True).first()
    if connection is None:
        raise ConnectionRefused(f"{find_system(system).label} is not connected.")
    return connection


def _lock_stored(system: str, definition: Definition) -> Connection:
    """The connection, unless its credentials were never stored or are forgotten by now."""
    connection = _lock(system)
    if connection.status not in STORED:
        raise ConnectionRefused(f"{definition.label} is not connected.")
    return connection


def _tell(actor: Actor, action: str, text: str, connection: Connection) -> None:
    record(actor, action, text, (About.CONNECTION, connection.pk))


def _set_status(connection: Connection, status: ConnectionStatus) -> None:
    if connection.status != status:
        connection.status = status
        connection.status_since = timezone.now()


def _target(system: str) -> Definition:
    definition = find_system(system)
    if not isinstance(definition, TargetDefinition):
        raise ConnectionRefused(f"{definition.label} is a source: it needs no enabling.")
    return definition
