"""The imitation of the distributor's PRISM interface."""

from __future__ import annotations

from sandbox.prism_api import azure, directory, identity, invoices, pricing
from sandbox.routing import Call, find_route
from sandbox.state import Store
from sandbox.wire import Reply, Request, json_reply

TOKEN_PATH = "/identity/core/connect/token"  # noqa: S105  # a path, no secret  # nosec B105
API_PREFIX = "/api"

_ROUTES = (*directory.ROUTES, *invoices.ROUTES, *pricing.ROUTES, *azure.ROUTES)


def answer(store: Store, request: Request, path: str) -> tuple[str, Reply]:
    """Answer a request under the PRISM prefix; also names the account it was for."""
    if path == TOKEN_PATH:
        return identity.give_token(store, request)
    account = identity.account_of(store, request)
    if account is None:
        return "", json_reply({"Message": "Authorization has been denied for this request."}, 401)
    if not path.startswith(f"{API_PREFIX}/api/"):
        return account, _not_found()
    found = find_route(_ROUTES, request.method, path.removeprefix(API_PREFIX))
    if found is None:
        return account, _not_found()
    chosen, values = found
    return account, chosen.answer(Call(request, store, account, values))


def _not_found() -> Reply:
    return json_reply({"Message": "No HTTP resource was found that matches the request."}, 404)
