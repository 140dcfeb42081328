"""Settings: complete defaults in development, no unsafe default in production."""

from __future__ import annotations

import json

import pytest

from billingsync.checks import check_settle_time
from billingsync.settings.environment import LONGEST_CALL_SECONDS, PRODUCTION_VARIABLES
from connectors.edge.http import EdgeSettings

PRODUCTION = {
    "BILLINGSYNC_ENV": "production",
    "SECRET_KEY": "a-secret-key-of-more-than-fifty-characters-for-this-test-alone",
    "FIELD_ENCRYPTION_KEYS": "k1:" + "A" * 43 + "=",
    "INSTALLATION_ID": "northwind-1",
    "DATABASE_URL": "postgres://billingsync_app:one@db.example.com:5432/billingsync",
    "REDIS_URL": "redis://:two@redis.example.com:6379/0",
    "ALLOWED_HOSTS": "billing.example.com",
    "PUBLIC_URL": "https://billing.example.com",
    "EMAIL_URL": "smtp+tls://user:three@smtp.example.com:587",
    "DEFAULT_FROM_EMAIL": "billing@example.com",
    "OPERATOR_EMAIL": "operator@example.com",
}


def show(*names: str, arguments: str = "['manage.py', 'sync']") -> str:
    return (
        f"import sys, json; sys.argv = {arguments}\n"
        "from django.conf import settings\n"
        f"print(json.dumps([getattr(settings, name) for name in {list(names)}], default=str))"
    )


def settings_of(run_python, *names, arguments="['manage.py', 'sync']", **variables):
    code = show(*names, arguments=arguments)
    done = run_python("-c", code, DJANGO_SETTINGS_MODULE="billingsync.settings", **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_production_names_every_missing_variable_in_one_message(run_python):
    done = run_python("manage.py", "check", BILLINGSYNC_ENV="production")

    assert done.returncode == 1
    assert [name for name in PRODUCTION_VARIABLES if f"{name}: missing." not in done.stderr] == []
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", "abc123"),
        ("FIELD_ENCRYPTION_KEYS", "k1:c2hvcnQ="),
        ("FIELD_ENCRYPTION_KEYS", "k1:not base64"),
        ("ALLOWED_HOSTS", "billing.example.com,*"),
        ("PUBLIC_URL", "http://billing.example.com"),
        ("SETTLE_SECONDS", "-1"),
        ("SETTLE_SECONDS", "1e2"),
    ],
)
def test_production_refuses_an_unsafe_value_without_repeating_it(run_python, variable, value):
    done = run_python("manage.py", "check", **PRODUCTION | {variable: value})

    assert done.returncode == 1
    assert f"  {variable}: " in done.stderr
    assert value not in done.stderr
    assert "missing" not in done.stderr


@pytest.mark.parametrize(("told", "code"), [({}, 1), ({"WITHOUT_KEYS": "1"}, 0)])
def test_process_that_opens_no_credentials_starts_without_the_key_ring(run_python, told, code):
    done = run_python("manage.py", "check", **PRODUCTION | {"FIELD_ENCRYPTION_KEYS": ""} | told)

    assert done.returncode == code


@pytest.mark.parametrize(("seconds", "code"), [("55", 1), ("56", 0)])
def test_production_settles_lost_answers_after_the_longest_call(run_python, seconds, code):
    done = run_python("manage.py", "check", **PRODUCTION | {"SETTLE_SECONDS": seconds})

    assert done.returncode == code
    assert ("SETTLE_SECONDS: must be a whole number above 55" in done.stderr) is bool(code)


@pytest.mark.parametrize(("seconds", "factor", "warned"), [(55, 1.0, True), (56, 1.0, False), (2, 0.05, False)])
def test_development_is_warned_unless_all_waits_are_shortened(settings, seconds, factor, warned):
    settings.SETTLE_SECONDS, settings.WAIT_FACTOR = seconds, factor

    assert [warning.id for warning in check_settle_time()] == ["billingsync.W001"] * warned


@pytest.mark.parametrize(
    ("address", "private", "warned"),
    [
        ("http://127.0.0.1:8099/api/v1", True, False),
        ("http://127.0.0.1:8099/api/v1", False, True),
        ("https://{subdomain}.syncromsp.com/api/v1", True, True),
        ("https://127.0.0.1.example.com/api/v1", True, True),
    ],
)
def test_demo_with_an_imitation_of_the_target_is_not_warned(settings, address, private, warned):
    settings.SETTLE_SECONDS, settings.WAIT_FACTOR = 2, 1.0
    settings.SYNCRO_BASE_URL, settings.ALLOW_PRIVATE_API_HOSTS = address, private

    assert [warning.id for warning in check_settle_time()] == ["billingsync.W001"] * warned


def test_the_warning_is_among_those_of_djangos_own_checks(run_python):
    done = run_python("manage.py", "check", SETTLE_SECONDS="2")

    assert (done.returncode, done.stderr.count("billingsync.W001")) == (0, 1)


def test_longest_call_is_that_of_the_http_edge():
    edge = EdgeSettings(system="syncro", urls={})

    assert edge.max_write_wait + edge.connect_timeout + edge.read_timeout == LONGEST_CALL_SECONDS


def test_production_protects_cookies_and_transport(run_python):
    names = ("DEBUG", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")

    assert settings_of(run_python, *names, **PRODUCTION) == [False, True, True, True, 31_536_000]


def test_cookies_are_bound_to_the_host_in_production_and_keep_their_names_elsewhere(run_python):
    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME")

    assert settings_of(run_python, *names, **PRODUCTION) == ["__Host-sessionid", "__Host-csrftoken"]
    assert settings_of(run_python, *names, BILLINGSYNC_ENV="development") == ["sessionid", "csrftoken"]


def test_production_passes_djangos_deployment_checks(run_python):
    done = run_python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert done.returncode == 0, done.stderr


def test_proxy_header_is_trusted_only_when_named(run_python):
    names = ["SECURE_PROXY_SSL_HEADER"]

    assert settings_of(run_python, *names, **PRODUCTION) == [None]
    behind = {"PROXY_PROTO_HEADER": "X-Forwarded-Proto", "TRUSTED_PROXY_COUNT": "1"}
    assert settings_of(run_python, *names, **PRODUCTION, **behind) == [["HTTP_X_FORWARDED_PROTO", "https"]]


def test_owner_commands_alone_log_in_as_owner(run_python):
    code = (
        "import sys; sys.argv = ['manage.py', {!r}]\n"
        "from django.conf import settings\n"
        "print(settings.DATABASES['default']['USER'])"
    )
    urls = {"MIGRATE_DATABASE_URL": "postgres://billingsync_owner:four@db.example.com/billingsync"}

    def user(command):
        done = run_python(
            "-c", code.format(command), DJANGO_SETTINGS_MODULE="billingsync.settings", **PRODUCTION | urls
        )
        return done.stdout.strip()

    assert {command: user(command) for command in ("migrate", "sync")} == {
        "migrate": "billingsync_owner",
        "sync": "billingsync_app",
    }


def test_development_has_the_documented_defaults(run_python):
    names = (
        "SETTLE_SECONDS",
        "ALLOW_PRIVATE_API_HOSTS",
        "TARGETS_ENABLED_BY_DEFAULT",
        "JANITOR_SECONDS",
    )

    assert settings_of(run_python, *names) == [
        60,
        False,
        False,
        60,
    ]


def test_vendors_are_where_they_say_and_allow_what_they_say_until_the_environment_says_otherwise(run_python):
    code = (
        "import django; django.setup()\n"
        "from connections.clients import addresses_of\n"
        "from connections.limits import known_limit\n"
        "print(*addresses_of('prism').values(), *addresses_of('syncro').values(), known_limit('syncro'))"
    )

    def told(**environ):
        done = run_python("-c", code, DJANGO_SETTINGS_MODULE="billingsync.settings", **environ)
        return done.stdout.split()

    assert told() == [
        "https://identity.prismportal.online/core/connect/token",
        "https://api.prismportal.online",
        "https://{subdomain}.syncromsp.com/api/v1",
        "180",
    ]
    elsewhere = {"SYNCRO_BASE_URL": "https://demo.example.com/api/v1", "SYNCRO_REQUESTS_PER_MINUTE": "60"}
    assert told(**elsewhere)[2:] == ["https://demo.example.com/api/v1", "60"]


def test_unknown_environment_is_refused(run_python):
    done = run_python("manage.py", "check", BILLINGSYNC_ENV="staging")

    assert done.returncode == 1
    assert "BILLINGSYNC_ENV is 'staging'; use one of development, test, production." in done.stderr


def test_production_logs_json_to_stderr_without_secrets(run_python):
    code = (
        "import django, structlog; django.setup()\n"
        "structlog.get_logger('x').info('connected', api_token='s3cr3t', system='syncro')"
    )
    done = run_python("-c", code, DJANGO_SETTINGS_MODULE="billingsync.settings", **PRODUCTION)

    event = json.loads(done.stderr.strip().splitlines()[-1])
    assert (event["event"], event["system"], event["level"]) == ("connected", "syncro", "info")
    assert event["api_token"] == "[hidden]"
    assert done.stdout == ""


def test_production_logs_what_a_call_to_a_vendor_says_of_itself(run_python):
    code = (
        "import django, logging; django.setup()\n"
        "extra = {'vendor_system': 'syncro', 'http_status': 200, 'milliseconds': 12, 'api_token': 's3cr3t'}\n"
        "logging.getLogger('connectors.edge.http').info('call', extra=extra)"
    )
    done = run_python("-c", code, DJANGO_SETTINGS_MODULE="billingsync.settings", **PRODUCTION)

    event = json.loads(done.stderr.strip().splitlines()[-1])
    assert (event["vendor_system"], event["http_status"], event["milliseconds"]) == ("syncro", 200, 12)
    assert event["api_token"] == "[hidden]"
