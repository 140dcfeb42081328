"""Asking Syncro: the token, the permission behind each call, pages, and refusals in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from connectors.edge.answers import Answer
from connectors.edge.http import Edge
from connectors.edge.json_rows import JsonRow
from connectors.errors import ConnectorError, UnexpectedAnswer
from connectors.syncro.address import SYSTEM, api_url
from connectors.syncro.answers import BAD_TOKEN
from connectors.syncro.records import need_id

_MOST_PAGES = 10_000

Params = Sequence[tuple[str, str]]


class SyncroTransport:
    """Sends calls with one partner's token and turns refusals into our errors."""

    def __init__(self, credentials: Mapping[str, str], edge: Edge) -> None:
        token = credentials.get("api_token", "").strip()
        edge.add_secret(token)
        self._edge = edge
        self._base = api_url(edge.url("syncro"), credentials)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.calls: Mapping[str, int] = edge.calls

    def __repr__(self) -> str:
        return "<SyncroTransport>"

    def get(self, path: str, *, permission: str, params: Params = ()) -> object:
        """Read something; the payload of a 200."""
        answer = self.send("GET", path, params=params)
        return self._payload(answer, permission)

    def write(self, method: str, path: str, body: object, *, permission: str, expects_json: bool = True) -> object:
        """Send a change at most once; the payload of a 200.

        Raises ``TransientError`` or ``UnexpectedAnswer`` with ``maybe_applied`` where the answer got
        lost; every other error means that nothing was changed.
        """
        answer = self._edge.call(method, self._base + path, json=body, headers=self._headers, expects_json=expects_json)
        return self._payload(answer, permission)

    def send(self, method: str, path: str, *, params: Params = ()) -> Answer:
        """One call, its refusal (4xx) not yet interpreted."""
        return self._edge.call(method, self._base + path, params=params, headers=self._headers)

    def bad_token(self, answer: Answer) -> ConnectorError:
        """The error for a token that Syncro does not know (any more)."""
        return self._edge.refusal(answer, about="GET /me: ", rows=[BAD_TOKEN])

    def pages(self, path: str, key: str, *, permission: str, params: Params = ()) -> Iterator[JsonRow]:
        """All records of a list, each id once."""
        for rows in self.page_by_page(path, key, permission=permission, params=params):
            yield from rows

    def page_by_page(
        self, path: str, key: str, *, permission: str, params: Params = (), first: int = 1, seen: Iterable[str] = ()
    ) -> Iterator[list[JsonRow]]:
        """The pages of a list from the ``first`` on, without the ids that were seen before.

        Syncro API document: lists have pages of a size that cannot be relied upon, with or without
        ``meta.total_pages``. Without it, an empty page or one that brings nothing new is the end.
        """
        known = set(seen)
        for page in range(first, _MOST_PAGES + 1):
            asked = [*params, ("page", str(page))]
            payload = self.get(path, permission=permission, params=asked)
            listed = {need_id(row): row for row in reversed(_list_of(payload, key))}
            fresh = [row for number, row in reversed(listed.items()) if number not in known]
            known |= listed.keys()
            yield fresh
            total = _total_pages(payload)
            if (page >= total) if total is not None else not fresh:
                return
        raise UnexpectedAnswer(f"The list {path} does not end.", system=SYSTEM)

    def redact(self, text: str) -> str:
        """A vendor's text fit for an error or a screen."""
        return self._edge.redact(text)

    def _payload(self, answer: Answer, permission: str) -> object:
        if not answer.ok:
            raise self._edge.refusal(answer, permission=permission, known=self._token_is_known)
        return answer.payload

    def _token_is_known(self) -> bool:
        return self.send("GET", "/me").ok


@contextmanager
def answer_of_a_write() -> Iterator[None]:
    """While reading the answer of a write: an odd form does not mean that nothing was changed."""
    try:
        yield
    except UnexpectedAnswer as error:
        error.maybe_applied = True
        raise


def _list_of(payload: object, key: str) -> list[JsonRow]:
    envelope = JsonRow(payload, system=SYSTEM, what="answer")
    if not isinstance(envelope.value(key), list):
        raise envelope.unexpected(f"has no list of {key}")
    return list(envelope.rows(key, what=key.removesuffix("s").replace("_", " ")))


def _total_pages(payload: object) -> int | None:
    meta = JsonRow(payload, system=SYSTEM, what="answer").child("meta")
    return meta.integer("total_pages") if meta else None
