"""PRISM's access token: asked with client credentials, kept in memory alone, renewed in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.edge.http import Edge
from connectors.edge.json_rows import JsonRow
from connectors.errors import UnexpectedAnswer
from connectors.prism.answers import OF_IDENTITY

_DEFAULT_LIFE_SECONDS = 3600
_RENEW_SECONDS_BEFORE_END = 120.0


class TokenKeeper:
    """Holds one token and asks for another when it is about to end or was refused.

    Source: PRISM identity service, POST /core/connect/token with ``client_credentials`` in a form
    body and scope ``rhipeapi``; a token lives for an hour.
    """

    def __init__(self, credentials: Mapping[str, str], edge: Edge, clock: Callable[[], float]) -> None:
        self._client_id = credentials.get("client_id", "").strip()
        self._client_secret = credentials.get("client_secret", "").strip()
        self._edge = edge
        self._clock = clock
        self._token = ""
        self._renew_at = 0.0
        edge.add_secret(self._client_secret)

    def authorization(self) -> dict[str, str]:
        """The request header; asks for a token where none is at hand."""
        if not self._token or self._clock() >= self._renew_at:
            self._ask()
        return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> None:
        """The API refused the token: the next call gets a new one."""
        self._token = ""

    def _ask(self) -> None:
        answer = self._edge.call(
            "POST",
            self._edge.url("prism_identity"),
            form={
                "grant_type": "client_credentials",
                "client_id": self._client_id,
                "client_secret": self._client_secret,
                "scope": "rhipeapi",
            },
            repeatable=True,
            counted=False,
        )
        if not answer.ok:
            raise self._edge.refusal(answer, about="token request: ", rows=OF_IDENTITY)
        self._keep(JsonRow(answer.payload, system=self._edge.system, what="token answer"))

    def _keep(self, row: JsonRow) -> None:
        token = row.text("access_token")
        if not token:
            raise UnexpectedAnswer("The identity service sent no token.", system=self._edge.system)
        self._edge.add_secret(token)
        life = float(row.integer("expires_in") or _DEFAULT_LIFE_SECONDS)
        # A short-lived token is renewed at three quarters of its life, or it would never be used.
        self._renew_at = self._clock() + life - min(_RENEW_SECONDS_BEFORE_END, life / 4)
        self._token = token
