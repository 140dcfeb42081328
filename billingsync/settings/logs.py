"""Logging: to stderr alone; JSON in production, readable elsewhere; never a secret."""

from __future__ import annotations

import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from billingsync.version import VERSION

SECRET_NAME = re.compile(r"secret|password|token|authorization|cookie|api_key", re.IGNORECASE)
HIDDEN = "[hidden]"
# Paths whose last part lets its reader in; a test compares them with the routes.
LETS_IN = re.compile(r"(/(?:invitations|accounts/confirm-email|accounts/password/reset/key)/)[^/\s\"'?]+")


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the values of fields whose name says that they are secret, and in texts the links that let in."""
    return {name: HIDDEN if SECRET_NAME.search(name) else _without_links(value) for name, value in event.items()}


def _without_links(value: Any) -> Any:
    return LETS_IN.sub(rf"\g<1>{HIDDEN}", value) if isinstance(value, str) else value


def _add_version(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Which version says so: an update is told from a fault."""
    event.setdefault("version", VERSION)
    return event


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        _add_version,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        hide_secrets,
    ]


def configure_structlog() -> None:
    """Send structlog's events through the standard library, so that one formatter writes them all."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_config(*, as_json: bool, level: str) -> dict[str, Any]:
    """Django's ``LOGGING``."""
    rendering: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *rendering[:-1],
                    hide_secrets,  # what was raised is text by now
                    rendering[-1],
                ],
                # First: what a call to a vendor says of itself comes as ``extra``, and has its secrets hidden too.
                "foreign_pre_chain": [structlog.stdlib.ExtraAdder(), *_shared_processors()],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "events"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},  # refusals: see the access log
            "gunicorn.error": {"handlers": [], "level": level, "propagate": True},
            "py.warnings": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # One line per call to a vendor: wanted in production, noise at a terminal.
            "connectors.edge.http": {"handlers": [], "level": level if as_json else "WARNING", "propagate": True},
        },
    }
