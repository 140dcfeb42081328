"""What a page shows of stored credentials, for whoever replaces or forgets them: never a secret."""

from __future__ import annotations

from connections.models import Connection
from connections.testing import Definition
from core.editions import refuse_older
from core.enums import About

STORED, REPLACED, REMOVED = "connection.stored", "connection.replaced", "connection.removed"
CURRENCY, SINCE = "currency", "since"


def stored_values(definition: Definition, connection: Connection | None) -> dict[str, str]:
    """The fields that are no secrets, the currency, and since when the newest secret is stored."""
    shown = connection.credentials if connection else {}
    values = {field.name: str(shown.get(field.name, "")) for field in definition.fields if not field.secret}
    dates = [secret.stored_at for secret in connection.secrets.all()] if connection else []
    values[CURRENCY] = connection.currency if connection else ""
    values[SINCE] = f"{max(dates):%Y-%m-%d %H:%M:%S.%f}" if dates else ""
    return values


def refuse_older_form(definition: Definition, connection: Connection | None, drawn: str | None) -> None:
    """Raise ``NewerEdition`` where other credentials are stored than when the form was drawn."""
    about = (About.CONNECTION, connection.pk) if connection else None
    values = stored_values(definition, connection)
    refuse_older(drawn, values, actions=(STORED, REPLACED, REMOVED, "connection.currency"), about=about)
