"""Syncro's rows of the table of answers."""

from __future__ import annotations

from connectors.edge.answer_table import AnswerRow
from connectors.errors import AmountRefused, ConfigurationError, PermissionMissing

_LACKS = 'The Syncro API token lacks the permission "{permission}". Add it in Syncro under Admin > API > API Tokens.'

_OF_AMOUNTS = ("pric", "cost", "retail", "amount", "quantit", "negative", "greater than", "positive")

BAD_TOKEN = AnswerRow(
    {401},
    ConfigurationError,
    "Syncro does not accept the API token: it is wrong, expired or revoked. Make a new one in "
    "Syncro under Admin > API > API Tokens > New Token > Custom Permissions.",
)
ANSWERS = (
    # A missing permission is a 401 like a bad token: its words tell, or that the token is known all the same.
    AnswerRow({401}, PermissionMissing, _LACKS, says=("update your group permissions",)),
    AnswerRow({401}, PermissionMissing, _LACKS, known=True),
    BAD_TOKEN,
    AnswerRow({403}, PermissionMissing, _LACKS),
    AnswerRow({422}, AmountRefused, "Syncro refused the record: {messages}", says=_OF_AMOUNTS),
)
