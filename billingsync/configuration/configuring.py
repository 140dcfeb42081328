"""The one way in: make a partner look like a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from billingsync.configuration.applying import Summary, apply_wishes
from billingsync.configuration.document import read_document
from billingsync.configuration.fitting import read_stored
from billingsync.configuration.problems import ConfigurationInvalid, FileProblem, Place
from billingsync.configuration.starting import record_starts
from billingsync.configuration.vendors import ask_vendors
from billingsync.configuration.wishes import read_wishes


def configure(file: str, environ: Mapping[str, str], say: Callable[[str], None]) -> Summary:
    """Apply a YAML file; a second time changes nothing and calls nobody.

    ``environ`` holds the secrets that the file names; ``say`` is told of progress. Raises
    ``ConfigurationInvalid`` with every problem found, and then nothing was changed.
    """
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise ConfigurationInvalid(file, [FileProblem(Place(1, 1), f"Cannot be read: {error.strerror}.")]) from None
    wishes = read_wishes(read_document(file, content), environ)
    stored = read_stored(wishes)
    answers = ask_vendors(wishes, stored, say)
    summary = apply_wishes(wishes, stored, answers)
    summary.warnings += record_starts(wishes.partner.slug)
    return summary
