"""``manage.py doctor``: what is wrong with an installation, all at once."""

from __future__ import annotations

import datetime as dt
import io
import json
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import responses
from django.core.management import call_command
from django.db import connection
from requests.exceptions import ConnectionError as NoConnection

from tests.billingsync.test_settings import PRODUCTION

VENDORS = {
    "https://identity.prismportal.online/core/connect/token": "PRISM at identity.prismportal.online",
    "https://api.prismportal.online": "PRISM at api.prismportal.online",
    "https://www.syncromsp.com/api/v1": "Syncro at www.syncromsp.com",
}


@pytest.fixture
def vendors(settings: Any) -> Any:
    """All vendors answer, and refuse: nobody says who is asking."""
    settings.SYNCRO_REQUESTS_PER_MINUTE = 0
    settings.ALLOW_PRIVATE_API_HOSTS = False
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        for url in VENDORS:
            answer(wire, url)
        yield wire


def answer(wire: Any, url: str, *, ahead: float = 0.0) -> None:
    date = dt.datetime.now(tz=dt.UTC) + dt.timedelta(seconds=ahead)
    wire.upsert(responses.HEAD, url, status=401, headers={"Date": format_datetime(date, usegmt=True)})


def ask() -> tuple[int, dict[str, tuple[bool, str]]]:
    """Exit code, and each check by name."""
    out, told = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("doctor", "--json", stdout=out, stderr=told)
    except SystemExit as ended:
        code = int(ended.code or 0)
    answered = json.loads(out.getvalue())
    assert answered["well"] is (code == 0)
    assert len(told.getvalue().splitlines()) == len(answered["checks"])
    return code, {each["name"]: (each["well"], each["text"]) for each in answered["checks"]}


def test_all_is_well(transactional_db: None, vendors: Any) -> None:
    code, found = ask()

    assert {name: text for name, (well, text) in found.items() if not well} == {}
    assert code == 0
    assert set(found) == {
        *VENDORS.values(),
        "settings",
        "database",
        "schema",
        "clock of the database",
        "writes",
        "redis",
        "mail",
    }


def test_no_credentials_leave(transactional_db: None, vendors: Any) -> None:
    ask()

    assert [call.request.method for call in vendors.calls] == ["HEAD"] * 3
    assert not [call for call in vendors.calls if "Authorization" in call.request.headers or call.request.body]


def test_everything_that_is_wrong_is_named_at_once(transactional_db: None, vendors: Any, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        code, found = ask()
    finally:
        connection.close()

    assert code == 1
    assert [name for name, (well, _) in found.items() if not well] == ["database", "redis", "mail"]
    assert found["mail"][1].startswith("EMAIL_URL: ")


def test_vendor_that_does_not_answer_and_one_whose_clock_is_another(transactional_db: None, vendors: Any) -> None:
    answer(vendors, "https://api.prismportal.online", ahead=300)
    vendors.upsert(responses.HEAD, "https://www.syncromsp.com/api/v1", body=NoConnection("no route"))

    code, found = ask()

    assert code == 1
    assert found["PRISM at api.prismportal.online"][1].endswith("s behind: set it by a time server")
    assert found["PRISM at identity.prismportal.online"][0]
    assert found["Syncro at www.syncromsp.com"][1].startswith("Syncro does not answer")


def test_role_that_passes_row_security_by_is_named(
    transactional_db: None, vendors: Any, settings: Any, monkeypatch: Any
) -> None:
    connection.close()
    owner = urlsplit(settings.MIGRATE_DATABASE_URL)
    monkeypatch.setitem(connection.settings_dict, "USER", owner.username)
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", owner.password)
    try:
        code, found = ask()
    finally:
        connection.close()

    assert code == 1
    assert "has BYPASSRLS" in found["database"][1]


def test_settings_that_keep_it_from_starting_are_told_as_json_too(run_python: Any) -> None:
    wrong = {**PRODUCTION, "SYNCRO_REQUESTS_PER_MINUTE": "-5", "REDIS_URL": "http://redis.example.com"}

    done = run_python("manage.py", "doctor", "--json", **wrong)

    assert done.returncode == 1
    (check,) = json.loads(done.stdout)["checks"]
    assert not check["well"]
    assert "SYNCRO_REQUESTS_PER_MINUTE" in check["text"]
    assert "REDIS_URL" in check["text"]
