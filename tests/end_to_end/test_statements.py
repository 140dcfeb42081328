"""How many statements a run sends to the database: before its first call, for each write, and with nothing to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from core.scope import SETTING
from syncs.running.advancing import advance
from tests.end_to_end.office import Office
from tests.end_to_end.stepping import begin

CAST = ("adatum", "coho-winery")
BEFORE_THE_FIRST_CALL, FOR_A_WRITE, COMMITS = 15, 8, 2
WITHOUT_NEWS = 195  # 189, and some for a machine on which a slice ends early
LINE = re.compile("/(add|update|remove)_line_item$")


@dataclass
class Told:
    """What was sent to the database and to the vendors, in its order."""

    sent: list[str] = field(default_factory=list)

    def note(self, execute: Callable[..., Any], sql: str, params: Any, *how: Any) -> Any:
        if params != [SETTING, ""]:  # at the end of a scope within the test's own transaction
            self.sent.append(sql)
        return execute(sql, params, *how)

    def before_the_first_call(self) -> list[str]:
        first = next(place for place, one in enumerate(self.sent) if is_call(one))
        return statements(self.sent[:first])

    def between_writes(self) -> list[list[str]]:
        """What was sent from one line to the next, where nothing else was called in between."""
        calls = [place for place, one in enumerate(self.sent) if is_call(one)]
        return [
            self.sent[one + 1 : other]
            for one, other in pairwise(calls)
            if LINE.search(self.sent[one]) and LINE.search(self.sent[other])
        ]


def statements(sent: list[str]) -> list[str]:
    """Without those that open and end a transaction."""
    return [one for one in sent if not is_call(one) and "SAVEPOINT" not in one]


def is_call(sent: str) -> bool:
    return sent.startswith("http")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Listens at the wire."""
    found, send = Told(), HTTPAdapter.send

    def heard(adapter: HTTPAdapter, request: PreparedRequest, **how: Any) -> Response:
        found.sent.append(str(request.url))
        return send(adapter, request, **how)

    monkeypatch.setattr(HTTPAdapter, "send", heard)
    return found


@contextmanager
def listening(told: Told) -> Iterator[None]:
    with connection.execute_wrapper(told.note):
        yield


def test_first_call_comes_after_a_few_statements(office: Office, told: Told):
    run_id, partner_id = begin(office), office.partner_id()

    with listening(told):
        advance(partner_id, run_id)

    before = told.before_the_first_call()
    assert len(before) <= BEFORE_THE_FIRST_CALL, "\n".join(before)


def test_write_takes_a_few_statements_and_two_commits(open_office, told: Told):
    office = open_office()
    office.configure(*CAST)
    office.sync("products")

    with listening(told):
        office.sync("billing")

    writes = told.between_writes()
    assert len(writes) > 5
    usual = sorted(writes, key=len)[len(writes) // 2]  # now and then the next changes are loaded, and progress is told
    assert sum(one.startswith("RELEASE") for one in usual) == COMMITS
    assert len(statements(usual)) <= FOR_A_WRITE, "\n".join(usual)


def test_run_with_nothing_to_do_takes_no_more_than_it_did(open_office, told: Told):
    office = open_office()
    office.configure(*CAST)
    office.sync()

    with listening(told):
        synced = office.sync("billing")

    sent = statements(told.sent)
    assert synced.statuses == ["no_change"]
    assert len(synced.calls) > 5
    assert len(sent) <= WITHOUT_NEWS, "\n".join(sent)
    assert len([one for one in sent if 'FROM "syncs_posting"' in one]) < 10  # not for each invoice of the month
