"""What Django's system checks say about the settings outside of production."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004  # Django's name

from billingsync.settings.environment import LONGEST_CALL_SECONDS
from connections.clients import addresses_of
from connections.selectors import known_targets


@register()
def check_settle_time(**_kwargs: Any) -> list[CheckMessage]:
    """A write whose answer was lost may land as long as its call could have lasted.

    Production does not start with less (see ``environment``). Where ``WAIT_FACTOR`` shortens all waits, or
    the target is an imitation on this machine, short calls are imitated too.
    """
    if settings.SETTLE_SECONDS > LONGEST_CALL_SECONDS or settings.WAIT_FACTOR < 1 or _is_imitation():
        return []
    text = f"SETTLE_SECONDS is {settings.SETTLE_SECONDS}, and a call may take {LONGEST_CALL_SECONDS} seconds."
    hint = "A write may land after it was looked for, and then be sent twice. Leave the default of 60."
    return [Warning(text, hint=hint, id="billingsync.W001")]


def _is_imitation() -> bool:
    urls = [url for target in known_targets() for url in addresses_of(target.name).values()]
    return bool(settings.ALLOW_PRIVATE_API_HOSTS) and all(urlsplit(url).hostname == "127.0.0.1" for url in urls)
