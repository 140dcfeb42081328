"""The servers that hold the large partner: kept from one time to the next."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from bench.installation import CHECKOUT, Installation

FOLDER = CHECKOUT / "var" / "large"


class LargeInstallation(Installation):
    """Like the bench's, but what is in the database stays there."""

    def __init__(self, folder: Path = FOLDER, **settings: str) -> None:
        super().__init__(folder)
        self._settings = settings

    def __enter__(self) -> Self:
        os.environ.update(self._environment())
        self.manage("services", "start")
        import django

        django.setup()
        return self

    def _environment(self) -> Mapping[str, str]:
        return {**super()._environment(), "REDIS_KEY_PREFIX": "billingsync-large:", **self._settings}
