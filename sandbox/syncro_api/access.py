"""Tokens and permissions. A missing permission is 401, like a bad token."""

from __future__ import annotations

import hmac

from sandbox.routing import Call, Route
from sandbox.state import Store
from sandbox.wire import Reply, Request, empty_reply, html_reply, json_reply

# Syncro API document, /contacts: the exact sentence.
PERMISSION_TEXT = "Not authorized. Please ask account admin to update your group permissions."


def token_is_good(store: Store, subdomain: str, request: Request) -> bool:
    """Whether the request carries the account's living token, in an accepted form."""
    facts = store.accounts[subdomain]
    sent = _sent_token(request, forms=store.switches["token_forms"])
    return bool(facts["access_works"]) and hmac.compare_digest(sent, facts["syncro_token"].encode())


def bad_token(store: Store) -> Reply:
    """The 401 for a token that is wrong, absent or expired; its body is not documented."""
    form = store.switches["bad_token_body"]
    if form == "html":
        return html_reply(401, "Unauthorized")
    return empty_reply(401) if form == "empty" else json_reply({"error": "Not authorized"}, 401)


def allowed(call: Call, permission: str) -> bool:
    """Whether the token has that permission; calls without one are open to every token."""
    return not permission or permission in call.facts["permissions"]


def refuse(call: Call, chosen: Route) -> Reply:
    """The 401 for a missing permission, or the 422 that comes before it."""
    if call.switch("permission_check") == "after_validation" and chosen.method == "POST":
        attempt = call.store.undo_after(lambda: chosen.answer(call))
        if attempt.status == 422:
            return attempt
    return json_reply({"error": PERMISSION_TEXT}, 401)


def _sent_token(request: Request, *, forms: str) -> bytes:
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() == "bearer":
        return token.strip().encode()
    return (header or request.param("api_key")).encode() if forms == "all" else b""
