"""Which version this is: the file VERSION of the checkout, and of what build where the image says so."""

from __future__ import annotations

import os
from pathlib import Path

VERSION = (Path(__file__).resolve().parents[1] / "VERSION").read_text().strip()
BUILD = os.environ.get("BILLINGSYNC_BUILD", "").strip()  # e.g. a commit; the image is built with it


def read_version() -> str:
    """ "0.1.0", or "0.1.0 (build 5a1974b)"."""
    return f"{VERSION} (build {BUILD})" if BUILD else VERSION
