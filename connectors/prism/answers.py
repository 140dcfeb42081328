"""PRISM's rows of the table of answers, and those of its identity service."""

from __future__ import annotations

from connectors.edge.answer_table import REFUSALS, AnswerRow
from connectors.errors import ConfigurationError, RecordMissing, RejectedRecord

WHERE_TO_MAKE_CREDENTIALS = (
    "Make new ones in the PRISM portal: Customer Management > View (your own company, the first in "
    "the list) > Manage Client Credentials > Generate."
)

ANSWERS = (
    AnswerRow({401, 403}, ConfigurationError, f"PRISM refuses the stored credentials. {WHERE_TO_MAKE_CREDENTIALS}"),
    AnswerRow({404}, RecordMissing, "PRISM does not know this record."),
    AnswerRow(REFUSALS, RejectedRecord, "PRISM refused a question (HTTP {status}). {messages}"),
)
OF_IDENTITY = (
    AnswerRow(
        {400, 401, 403},
        ConfigurationError,
        f"PRISM does not accept the client id and secret. {WHERE_TO_MAKE_CREDENTIALS}",
    ),
    AnswerRow(REFUSALS, ConfigurationError, "PRISM's identity address answers HTTP {status}: check the address."),
)
