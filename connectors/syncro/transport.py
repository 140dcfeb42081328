"""Asking Syncro: the token, the permission behind each call, pages, and refusals in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NoReturn

from connectors.edge.answers import Answer, error_messages
from connectors.edge.http import Edge
from connectors.edge.json_rows import JsonRow
from connectors.errors import (
    ConfigurationError,
    PermissionMissing,
    RecordMissing,
    RejectedRecord,
    UnexpectedAnswer,
)
from connectors.syncro.address import SYSTEM, api_url
from connectors.syncro.records import need_id

_PERMISSION_WORDS = "update your group permissions"
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

    def pages(self, path: str, key: str, *, permission: str, params: Params = ()) -> Iterator[JsonRow]:
        """All records of a list, each id once."""
        for rows in self.page_by_page(path, key, permission=permission, params=params):
            yield from rows

    def page_by_page(
        self, path: str, key: str, *, permission: str, params: Params = (), first: int = 1, seen: Iterable[int] = ()
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
            self._refuse(answer, permission)
        return answer.payload

    def _refuse(self, answer: Answer, permission: str) -> NoReturn:
        """Turn a refusal into the error that says who must act."""
        messages = tuple(self._edge.redact(text) for text in error_messages(answer))
        detail = f"HTTP {answer.status}: {answer.excerpt} (request {answer.request_id or 'unnamed'})"
        if answer.status == 401:
            self._refuse_unauthorised(messages, permission, detail)
        if answer.status == 403:
            raise _permission_missing(permission, 403, detail)
        if answer.status == 404:
            raise RecordMissing(
                "Syncro does not have this record (any more).",
                messages=messages,
                system=SYSTEM,
                status=404,
                detail=detail,
            )
        words = "; ".join(messages) or f"HTTP {answer.status}"
        raise RejectedRecord(
            f"Syncro refused the record: {words}",
            messages=messages,
            system=SYSTEM,
            status=answer.status,
            detail=detail,
        )

    def _refuse_unauthorised(self, messages: tuple[str, ...], permission: str, detail: str) -> NoReturn:
        """A missing permission is a 401 like a bad token: its words or GET /me tell which."""
        by_words = any(_PERMISSION_WORDS in message.casefold() for message in messages)
        if by_words or self.send("GET", "/me").ok:
            raise _permission_missing(permission, 401, detail)
        raise bad_token(detail)


def bad_token(detail: str) -> ConfigurationError:
    """The error for a token that Syncro does not know (any more)."""
    return ConfigurationError(
        "Syncro does not accept the API token: it is wrong, expired or revoked. Make a new one in "
        "Syncro under Admin > API > API Tokens > New Token > Custom Permissions.",
        system=SYSTEM,
        status=401,
        detail=detail,
    )


@contextmanager
def answer_of_a_write() -> Iterator[None]:
    """While reading the answer of a write: an odd form does not mean that nothing was changed."""
    try:
        yield
    except UnexpectedAnswer as error:
        error.maybe_applied = True
        raise


def _permission_missing(permission: str, status: int, detail: str) -> PermissionMissing:
    return PermissionMissing(
        f'The Syncro API token lacks the permission "{permission}". Add it in Syncro under Admin > API > API Tokens.',
        permission=permission,
        system=SYSTEM,
        status=status,
        detail=detail,
    )


def _list_of(payload: object, key: str) -> list[JsonRow]:
    envelope = JsonRow(payload, system=SYSTEM, what="answer")
    if not isinstance(envelope.value(key), list):
        raise envelope.unexpected(f"has no list of {key}")
    return list(envelope.rows(key, what=key.removesuffix("s").replace("_", " ")))


def _total_pages(payload: object) -> int | None:
    meta = JsonRow(payload, system=SYSTEM, what="answer").child("meta")
    return meta.integer("total_pages") if meta else None
