"""Why a connection could not be made or changed, in words for the person who tries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connections.models import Trouble


class ConnectionRefused(Exception):
    """Nothing was saved. ``str(error)`` says what to do, ``detail`` is for the operator.

    ``fields`` names the form fields that are at fault; ``permissions`` is what the test found,
    as (name, state) pairs, where it came that far. ``temporary``: the vendor did not answer, which says nothing
    about the credentials.
    """

    def __init__(
        self,
        message: str,
        *,
        detail: str = "",
        fields: Mapping[str, str] | None = None,
        permissions: Sequence[tuple[str, str]] = (),
        temporary: bool = False,
    ) -> None:
        super().__init__(message)
        self.detail = detail or message
        self.fields = dict(fields or {})
        self.permissions = list(permissions)
        self.temporary = temporary

    @property
    def trouble(self) -> Trouble:
        """What is wrong with the credentials that were tested."""
        return Trouble.PERMISSION if self.permissions else Trouble.CREDENTIALS


class TargetNotEnabled(ConnectionRefused):
    """The operator has not enabled this target for the partner yet."""
