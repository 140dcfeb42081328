"""Tests of credentials that somebody waits for: a worker calls the vendor, the page follows the row.

No vendor is called while a page is made: one that answers slowly would keep all pages waiting. A partner has one
test under way. Call everything here outside any scope.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import User
from connections import services
from connections.copy_wishes import ask_for_copy
from connections.errors import ConnectionRefused
from connections.models import CheckState, Connection, CredentialCheck
from connections.stored import refuse_older_form
from connections.testing import TEST_SECONDS, find_system
from connectors.registry import TargetDefinition
from core.audit import actor_of
from core.scope import partner_scope, scoped_partner_id
from core.secrets import SealBroken, SealContext, seal, unseal

TASK = "connections.tasks.check_credentials"
# No worker has come, or the one that came has died: another test may begin.
GIVEN_UP_AFTER = dt.timedelta(seconds=3 * TEST_SECONDS)
NO_WORKER = "The test did not end: the background work is busy or stands still. Try again in a moment."


def ask_to_connect(
    partner_id: int,
    system: str,
    credentials: Mapping[str, str],
    user: User,
    currency: str = "",
    *,
    drawn: str | None = None,
) -> CredentialCheck:
    """Have these credentials tested, and stored where they work; fields left empty keep what is stored.

    Raises ``ConnectionRefused`` or ``TargetNotEnabled`` where no test is needed to say no, and ``NewerEdition``
    where others are stored than when the form was ``drawn``.
    """
    definition = find_system(system)
    given = {name: value.strip() for name, value in credentials.items() if value and value.strip()}
    services.check_enabled(partner_id, definition)
    services.check_currency(currency)
    services.credentials_to_test(partner_id, system, given)
    secret = {field.name for field in definition.fields if field.secret}
    shown = {name: value for name, value in given.items() if name not in secret} | {"currency": currency}
    with partner_scope(partner_id):
        refuse_older_form(definition, Connection.objects.filter(system=system).order_by("pk").first(), drawn)
        check = _begin(system, user, stores=True, shown=shown)
        check.entered = seal(json.dumps({"credentials": given, "currency": currency}), _place(check))
        check.save(update_fields=["entered"])
        _send_on_commit(check)
    return check


def ask_to_test(partner_id: int, system: str, user: User) -> CredentialCheck:
    """Have the stored credentials tested again."""
    find_system(system)
    with partner_scope(partner_id):
        check = _begin(system, user, stores=False)
        _send_on_commit(check)
    return check


def run_check(partner_id: int, check_id: int) -> None:
    """Do a test that was asked for, and note what it found. Nothing where it is over."""
    with partner_scope(partner_id):
        check = CredentialCheck.objects.select_related("asked_by").filter(pk=check_id).first()
    if check is None or check.state != CheckState.WAITING:
        return
    try:
        _try(partner_id, check)
    except ConnectionRefused as refusal:
        _end(
            partner_id,
            check,
            CheckState.REFUSED,
            problem=str(refusal),
            problem_fields=refusal.fields,
            permissions=[list(pair) for pair in refusal.permissions],
        )
    else:
        _end(partner_id, check, CheckState.PASSED)


def newest_check(system: str, user: User) -> CredentialCheck | None:
    """The last test of a system that this person asked for. Inside the scope."""
    _give_up_old()
    return CredentialCheck.objects.filter(system=system, asked_by=user).order_by("-pk").first()


def _try(partner_id: int, check: CredentialCheck) -> None:
    if check.asked_by is None:
        raise ConnectionRefused("Who asked for this test is gone.")
    actor = actor_of(check.asked_by)
    if not check.stores:
        services.retest(partner_id, check.system, actor)
        return
    with partner_scope(partner_id):
        entered = _entered(check)
    connection = services.connect(partner_id, check.system, entered["credentials"], actor, entered["currency"])
    if isinstance(find_system(check.system), TargetDefinition):
        with suppress(OperationalError), partner_scope(partner_id):  # read at the next sync, then
            ask_for_copy(connection.pk)


def _entered(check: CredentialCheck) -> dict[str, Any]:
    try:
        entered: dict[str, Any] = json.loads(unseal(bytes(check.entered or b""), _place(check)))
    except SealBroken as broken:
        raise ConnectionRefused("What was entered cannot be opened. Enter it again.", detail=str(broken)) from broken
    return entered


def _begin(system: str, user: User, *, stores: bool, shown: Mapping[str, str] | None = None) -> CredentialCheck:
    _give_up_old()
    try:
        with transaction.atomic():
            return CredentialCheck.objects.create(
                system=system, stores=stores, shown=dict(shown or {}), asked_by=user, asked_at=timezone.now()
            )
    except IntegrityError as taken:
        raise ConnectionRefused("A test is under way already. Wait until it has ended, then try again.") from taken


def _give_up_old() -> None:
    old = CredentialCheck.objects.filter(state=CheckState.WAITING, asked_at__lt=timezone.now() - GIVEN_UP_AFTER)
    old.update(state=CheckState.REFUSED, entered=None, problem=NO_WORKER)


def _end(partner_id: int, check: CredentialCheck, state: CheckState, **found: Any) -> None:
    with partner_scope(partner_id):
        waiting = CredentialCheck.objects.filter(pk=check.pk, state=CheckState.WAITING)
        waiting.update(state=state, entered=None, **found)


def _send_on_commit(check: CredentialCheck) -> None:
    ids = [scoped_partner_id(), check.pk]

    def send() -> None:
        try:
            current_app.send_task(TASK, args=ids, retry=False)
        except OperationalError:
            _end(ids[0], check, CheckState.REFUSED, problem=NO_WORKER)

    transaction.on_commit(send)


def _place(check: CredentialCheck) -> SealContext:
    return SealContext("connections_credentialcheck", scoped_partner_id(), check.pk, "entered")
