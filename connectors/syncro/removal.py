"""Taking a line off a schedule, although nobody documents the key that names the line.

Syncro API document, POST /schedules/{id}/remove_line_item: the body is described as a bare integer
without a name. So the likely keys are tried in turn, and the schedule is read after each to see that
this line went, and no other.
"""

from __future__ import annotations

from collections.abc import Callable

from connectors.errors import ConnectorError, RejectedRecord, UnexpectedAnswer
from connectors.records import InvoiceTemplate, id_order
from connectors.syncro.address import SYSTEM
from connectors.syncro.permissions import SCHEDULES_EDIT
from connectors.syncro.transport import SyncroTransport

BodyOf = Callable[[int], object]


def _line_item_id(line_id: int) -> object:
    return {"line_item_id": line_id}


def _schedule_line_item_id(line_id: int) -> object:
    return {"schedule_line_item_id": line_id}


def _bare_integer(line_id: int) -> object:
    return line_id


_BODIES: tuple[BodyOf, ...] = (_line_item_id, _schedule_line_item_id, _bare_integer)


class LineRemover:
    """Removes lines and remembers which key worked, so that later removals cost one call."""

    def __init__(self, transport: SyncroTransport, read_template: Callable[[str], InvoiceTemplate]) -> None:
        self._transport = transport
        self._read_template = read_template
        self._proven: BodyOf | None = None
        self._last_read: dict[str, frozenset[str]] = {}

    def note(self, template: InvoiceTemplate) -> None:
        """A template was read: its lines need no second reading before the first removal."""
        self._last_read[template.template_id] = _line_ids(template)

    def remove(self, template_id: str, line_id: str) -> None:
        """Remove one line; one that is gone already counts as removed.

        Raises ``RejectedRecord`` when the line still stands after every key, and
        ``UnexpectedAnswer`` when another line went instead of it.
        """
        if self._proven is not None and self._accepted(template_id, line_id, self._proven):
            return
        before = self._lines_before(template_id, line_id)
        if line_id not in before:
            return
        for body_of in _BODIES:
            self._accepted(template_id, line_id, body_of)
            after = self._lines_after(template_id)
            _refuse_other_losses(before - after - {line_id}, line_id)
            if line_id not in after:
                self._proven = body_of
                return
        raise RejectedRecord(
            "Syncro did not take the line off the recurring invoice.",
            system=SYSTEM,
            detail=f"schedule {template_id}, line {line_id}: still there after every known key",
        )

    def _accepted(self, template_id: str, line_id: str, body_of: BodyOf) -> bool:
        path = f"/schedules/{template_id}/remove_line_item"
        try:
            self._transport.write("POST", path, body_of(int(line_id)), permission=SCHEDULES_EDIT, expects_json=False)
        except RejectedRecord:
            # 404 may mean the schedule, the line or the key: the reading that follows tells.
            return False
        return True

    def _lines_before(self, template_id: str, line_id: str) -> frozenset[str]:
        """The lines as last read, used once; read anew where this line is not among them."""
        known = self._last_read.pop(template_id, frozenset())
        if line_id in known and self._proven is None:
            return known
        return _line_ids(self._read_template(template_id))

    def _lines_after(self, template_id: str) -> frozenset[str]:
        """The lines after a try; without this reading nobody knows whether the try worked."""
        try:
            return _line_ids(self._read_template(template_id))
        except ConnectorError as error:
            error.maybe_applied = True
            raise


def _line_ids(template: InvoiceTemplate) -> frozenset[str]:
    return frozenset(line.line_id for line in template.lines)


def _refuse_other_losses(lost: frozenset[str], line_id: str) -> None:
    if lost:
        named = ", ".join(sorted(lost, key=id_order))
        raise UnexpectedAnswer(
            f"While line {line_id} was to be removed, another line disappeared: {named}.",
            system=SYSTEM,
            maybe_applied=True,
        )
