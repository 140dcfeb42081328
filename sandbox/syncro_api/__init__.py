"""The imitation of Syncro's interface, version 1."""

from __future__ import annotations

from sandbox.routing import Call, find_route
from sandbox.state import Store
from sandbox.syncro_api import access, account, customers, invoices, lines, products, schedules
from sandbox.wire import Reply, Request, html_reply, json_reply

_ROUTES = (
    *account.ROUTES,
    *customers.ROUTES,
    *products.ROUTES,
    *schedules.ROUTES,
    *lines.ROUTES,
    *invoices.ROUTES,
)
_WITH_BODY = ("POST", "PUT", "PATCH")


def answer(store: Store, request: Request, path: str) -> tuple[str, Reply]:
    """Answer a request under the Syncro prefix; also names the subdomain it was for."""
    subdomain, _, rest = path.lstrip("/").partition("/")
    if subdomain not in store.accounts or not rest.startswith("api/v1/"):
        return "", _unknown_host(store)
    if not access.token_is_good(store, subdomain, request):
        return subdomain, access.bad_token(store)
    if request.method in _WITH_BODY and not _says_json(request):
        return subdomain, html_reply(400, "Bad Request")
    found = find_route(_ROUTES, request.method, "/" + rest.removeprefix("api/v1/"))
    if found is None:
        return subdomain, json_reply({"message": "Not found"}, 404)
    chosen, values = found
    call = Call(request, store, subdomain, values)
    if access.allowed(call, chosen.needs):
        return subdomain, chosen.answer(call)
    return subdomain, access.refuse(call, chosen)


def _says_json(request: Request) -> bool:
    return request.headers.get("content-type", "").split(";")[0].strip().lower() == "application/json"


def _unknown_host(store: Store) -> Reply:
    if store.switches["unknown_subdomain"] == "redirect":
        return Reply(302, b"", "text/html", (("Location", "https://login.example.invalid/"),))
    return html_reply(404, "Account not found")
