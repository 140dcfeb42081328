"""Where a partner's Syncro account lives: subdomain, API address, links for a browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from connectors.errors import ConfigurationError

SYSTEM = "syncro"
PLACEHOLDER = "{subdomain}"
_DOMAIN = ".syncromsp.com"
API = f"https://{PLACEHOLDER}{_DOMAIN}/api/v1"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# Some accounts live one level deeper, for example on acme.shield.syncromsp.com.
_NAME = re.compile(rf"{_LABEL}(?:\.shield)?")
_NAME_UNDER_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})?")


def normalise_subdomain(text: str) -> str:
    """The account's name from what a person typed: a name, or a host under syncromsp.com.

    "https://Acme.syncromsp.com/customers?page=2" gives "acme", "acme.shield.syncromsp.com" gives "acme.shield".
    Everything else is a ``ConfigurationError``: the token must never travel to another host.
    """
    typed = text.strip().casefold()
    name, pattern = typed, _NAME
    host = _host_of(typed)
    if host.endswith(_DOMAIN):
        name, pattern = host.removesuffix(_DOMAIN), _NAME_UNDER_DOMAIN
    if not pattern.fullmatch(name):
        raise ConfigurationError(
            "Enter the name of the Syncro account, as in NAME.syncromsp.com, and nothing else.",
            system=SYSTEM,
        )
    return name


def api_url(template: str, credentials: Mapping[str, str]) -> str:
    """The API's base address for these credentials; the place-holder in it is optional."""
    if PLACEHOLDER not in template:
        return template.rstrip("/")
    subdomain = normalise_subdomain(credentials.get("subdomain", ""))
    return template.replace(PLACEHOLDER, subdomain).rstrip("/")


def product_url(credentials: Mapping[str, str], product_id: str) -> str:
    """Link that shows a product in Syncro to a person."""
    return f"{_site(credentials)}/products/{product_id}"


def template_url(credentials: Mapping[str, str], template_id: str) -> str:
    """Link that shows a recurring invoice in Syncro to a person."""
    return f"{_site(credentials)}/schedules/{template_id}"


def check_credentials(credentials: Mapping[str, str]) -> None:
    """Check the form of the values alone; ``ConfigurationError`` says what to enter."""
    normalise_subdomain(credentials.get("subdomain", ""))
    token = credentials.get("api_token", "").strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError(
            "Enter the API token exactly as Syncro showed it (Admin > API > API Tokens).",
            system=SYSTEM,
        )


def _host_of(typed: str) -> str:
    """The host of an address as it stands in a browser's bar, "" where it is none or carries a user or password."""
    # The parser drops line breaks silently: what is checked must be what was typed.
    if not typed.isprintable():
        return ""
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    plain = parts.scheme in ("http", "https") and parts.netloc in (host, f"{host}:{port}")
    return host if plain else ""


def _site(credentials: Mapping[str, str]) -> str:
    """Scheme and host; ``base_url``, where the caller adds it, wins over the default host."""
    base = credentials.get("base_url", "") or f"https://{PLACEHOLDER}{_DOMAIN}"
    parts = urlsplit(api_url(base, credentials))
    return f"{parts.scheme}://{parts.netloc}"
