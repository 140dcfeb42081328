"""Months that the rules do not get right yet: they must fail until they do, and then leave ``not_yet.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.bookkeeping.text import Unreadable

LIST = Path(__file__).with_name("not_yet.toml")
NOT_YET: dict[str, str] = tomllib.loads(LIST.read_text())  # test, and the rule that it waits for


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, bool, bool]:
    """A test of the list that fails is as it should be; one that comes out right is not."""
    name = pyfuncitem.nodeid.partition("[")[0]
    try:
        done = yield
    except (AssertionError, Unreadable):
        if name not in NOT_YET:
            raise
        return True
    if name in NOT_YET:
        pytest.fail(f"It comes out right: take it off {LIST.name} ({NOT_YET[name]})", pytrace=False)
    return done
