"""Tokens: client credentials in the form body, one hour of life."""

from __future__ import annotations

import hmac
import secrets
import time
from urllib.parse import parse_qs

from sandbox.state import Store
from sandbox.wire import Json, Reply, Request, json_reply

LIFE_SECONDS = 3600
_SCOPE = "rhipeapi"
_TOKEN_TYPE = "Bearer"  # noqa: S105  # a word of the standard  # nosec B105


def give_token(store: Store, request: Request) -> tuple[str, Reply]:
    """POST of the token path: an access token, or an OAuth2 error."""
    if request.method != "POST":
        return "", json_reply({"error": "invalid_request"}, 405)
    form = {name: values[0] for name, values in parse_qs(request.body.decode(errors="replace")).items()}
    if form.get("grant_type") != "client_credentials":
        return "", json_reply({"error": "unsupported_grant_type"}, 400)
    if form.get("scope") != _SCOPE:
        return "", json_reply({"error": "invalid_scope"}, 400)
    account = _account_with(store, form.get("client_id", ""), form.get("client_secret", ""))
    if account is None:
        return "", json_reply({"error": "invalid_client"}, 400)
    token = secrets.token_urlsafe(32)
    known = {text: life for text, life in _tokens(store).items() if life["until"] > time.time()}
    known[token] = {"account": account, "until": int(time.time()) + LIFE_SECONDS}
    store.remember("prism_tokens", known)
    return account, json_reply({"access_token": token, "expires_in": LIFE_SECONDS, "token_type": _TOKEN_TYPE})


def account_of(store: Store, request: Request) -> str | None:
    """The account whose living token the request carries."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    life = _tokens(store).get(token.strip())
    if scheme.lower() != "bearer" or life is None or life["until"] <= time.time():
        return None
    return str(life["account"])


def expire_tokens(store: Store, account: str) -> None:
    """End the life of every token of an account."""
    store.remember(
        "prism_tokens",
        {text: life for text, life in _tokens(store).items() if life["account"] != account},
    )


def _tokens(store: Store) -> dict[str, Json]:
    return dict(store.fact("prism_tokens", {}))


def _account_with(store: Store, client_id: str, client_secret: str) -> str | None:
    for name, facts in store.accounts.items():
        same = hmac.compare_digest(facts["prism_client_secret"].encode(), client_secret.encode())
        if facts["prism_client_id"] == client_id and same:
            return name
    return None
