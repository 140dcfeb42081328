"""What a variable of the environment may say. Each fault names its variable and what it should be, never its value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

# The least that each number may be; a task of the janitor costs a look at every run, a request is noted each minute.
LEAST = {
    "CONN_MAX_AGE": 0,
    "JANITOR_SECONDS": 1,
    "KEEP_AUDIT_DAYS": 0,
    "KEEP_HISTORY_DAYS": 0,
    "KEEP_MAILS_DAYS": 0,
    "KEEP_RAW_ROWS_DAYS": 0,
    "KEEP_RUNS_DAYS": 0,
    "KEEP_SESSIONS_DAYS": 0,
    "SECURE_HSTS_SECONDS": 0,
    "SESSION_IDLE_SECONDS": 120,
    "SESSION_LONGEST_SECONDS": 120,
    "SETTLE_SECONDS": 0,
    "TRUSTED_PROXY_COUNT": 0,
    "WORKERS_PER_PARTNER": 1,
}
LEAST_AUDIT_DAYS = 365  # the database removes nothing younger, of the audit and of the history
LIMIT = "_REQUESTS_PER_MINUTE"
SCHEMES = {
    "DATABASE_URL": ("postgres", "postgresql"),
    "MIGRATE_DATABASE_URL": ("postgres", "postgresql"),
    "REDIS_URL": ("redis", "rediss", "unix"),
}
HOST = re.compile(r"\.?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
IDENTITY = re.compile(r"[A-Za-z0-9._-]{8,64}")
IN_A_URL = re.compile(r"[A-Za-z0-9._~-]*")  # what compose can put into a URL as it is


@dataclass(frozen=True)
class SettingProblem:
    """One variable that keeps the program from starting."""

    variable: str
    trouble: str

    def __str__(self) -> str:
        return f"  {self.variable}: {self.trouble}"


def wrong_values(environ: Mapping[str, str]) -> list[SettingProblem]:
    """What is wrong in any environment; a variable that is absent or empty has its default."""
    return [problem for check in _CHECKS for problem in check(environ)]


def wrong_behind_a_proxy(environ: Mapping[str, str]) -> list[SettingProblem]:
    """Without the count, everybody is the proxy: thirty wrong passwords of one lock all of them out."""
    if environ.get("PROXY_PROTO_HEADER", "").strip() and environ.get("TRUSTED_PROXY_COUNT", "").strip() in ("", "0"):
        text = "must say how many proxies stand in front, 1 or more, where PROXY_PROTO_HEADER names one"
        return [SettingProblem("TRUSTED_PROXY_COUNT", text)]
    return []


def public_host_is_answered(environ: Mapping[str, str]) -> list[SettingProblem]:
    """The address in e-mails must be one that is answered."""
    host = (_host_of(environ.get("PUBLIC_URL", "")) or "").lower()
    allowed = [entry.strip().lower() for entry in environ.get("ALLOWED_HOSTS", "").split(",") if entry.strip()]
    known = any(host == entry.lstrip(".") or (entry[0] == "." and host.endswith(entry)) for entry in allowed)
    if host and allowed and not known:
        return [SettingProblem("PUBLIC_URL", "its host must be one of ALLOWED_HOSTS")]
    return []


def _check_numbers(environ: Mapping[str, str]) -> Iterator[SettingProblem]:
    limits = {name: 0 for name in environ if name.endswith(LIMIT)}  # of each vendor, whatever it is called
    for name, least in sorted((LEAST | limits).items()):
        text = environ.get(name, "").strip()
        if text and not (text.isdecimal() and int(text) >= least):
            yield SettingProblem(name, f"must be a whole number, {least} or more")


def _check_audit(environ: Mapping[str, str]) -> Iterator[SettingProblem]:
    for name in ("KEEP_AUDIT_DAYS", "KEEP_HISTORY_DAYS"):
        text = environ.get(name, "").strip()
        if text.isdecimal() and 0 < int(text) < LEAST_AUDIT_DAYS:
            yield SettingProblem(name, f"must be {LEAST_AUDIT_DAYS} or more, or 0 to keep it for ever")


def _check_hosts(environ: Mapping[str, str]) -> Iterator[SettingProblem]:
    told = environ.get("ALLOWED_HOSTS", "")
    if told and not all(entry.strip() == "*" or HOST.fullmatch(entry.strip()) for entry in told.split(",")):
        yield SettingProblem(
            "ALLOWED_HOSTS", "must be host names alone, separated by commas: no scheme, port, path or blank"
        )


def _check_urls(environ: Mapping[str, str]) -> Iterator[SettingProblem]:
    for name, schemes in SCHEMES.items():
        url = environ.get(name, "")
        if url and not (url.partition("://")[0] in schemes and _is_readable(url)):
            text = f"must begin with {schemes[0]}://, and what is special in its password must be URL-encoded"
            yield SettingProblem(name, text)


def _check_password(environ: Mapping[str, str]) -> Iterator[SettingProblem]:
    if not IN_A_URL.fullmatch(environ.get("POSTGRES_PASSWORD", "")):
        yield SettingProblem(
            "POSTGRES_PASSWORD", "must be letters, digits and . _ ~ - alone: compose puts it into a URL as it is"
        )


def _check_writes(environ: Mapping[str, str]) -> Iterator[SettingProblem]:
    """A misspelt "off" must not pass for "on"."""
    if environ.get("WRITES", "") not in ("", "on", "off"):
        yield SettingProblem("WRITES", "must be on or off")
    identity = environ.get("INSTALLATION_ID", "")
    if identity and not IDENTITY.fullmatch(identity):
        yield SettingProblem("INSTALLATION_ID", "must be 8 to 64 letters, digits and . _ - alone")


def _check_ring(environ: Mapping[str, str]) -> Iterator[SettingProblem]:
    """A sealed value names its key, so two keys of one name cannot both be found."""
    names = [entry.partition(":")[0].strip() for entry in environ.get("FIELD_ENCRYPTION_KEYS", "").split(",")]
    if len(set(names)) < len(names):
        yield SettingProblem("FIELD_ENCRYPTION_KEYS", "must give each key a name of its own")


def _is_readable(url: str) -> bool:
    """A slash in a password ends the host, so that the port or the host is no such thing."""
    try:
        return url.startswith("unix:") or (urlsplit(url).port is not None or bool(urlsplit(url).hostname))
    except ValueError:
        return False


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


_CHECKS: tuple[Callable[[Mapping[str, str]], Iterator[SettingProblem]], ...] = (
    _check_numbers,
    _check_audit,
    _check_hosts,
    _check_urls,
    _check_password,
    _check_writes,
    _check_ring,
)
