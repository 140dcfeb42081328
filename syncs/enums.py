"""Kinds, states and verdicts of runs, and states of their changes."""

from __future__ import annotations

from django.db import models


class RunKind(models.TextChoices):
    """What a run carries."""

    PRODUCTS = "products", "Products"
    BILLING = "billing", "Billing"


class RunState(models.TextChoices):
    """How far a run has come."""

    QUEUED = "queued", "Queued"
    READING = "reading", "Reading"
    PLANNING = "planning", "Planning"
    WAITING = "waiting", "Waiting for a person"
    APPLYING = "applying", "Writing"
    SETTLING = "settling", "Resolving lost answers"
    VERIFYING = "verifying", "Verifying"
    FINISHED = "finished", "Finished"
    DISCARDED = "discarded", "Discarded"
    SUPERSEDED = "superseded", "Replaced by a newer plan"
    CANCELLED = "cancelled", "Cancelled"


# A waiting run does not block: the next sync makes its plan again.
ACTIVE_STATES = (
    RunState.QUEUED,
    RunState.READING,
    RunState.PLANNING,
    RunState.APPLYING,
    RunState.SETTLING,
    RunState.VERIFYING,
)


class RunStatus(models.TextChoices):
    """The verdict of a run."""

    NO_CHANGE = "no_change", "No change"
    SUCCESS = "success", "Success"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"


class ChangeState(models.TextChoices):
    """The ledger protocol; ``sending`` is committed before the call to the vendor."""

    PLANNED = "planned", "Planned"
    SENDING = "sending", "Sending"
    DONE = "done", "Done"
    UNKNOWN = "unknown", "Answer lost"
    FAILED = "failed", "Failed"
    HELD = "held", "Held"
    SKIPPED = "skipped", "Skipped"
    DROPPED = "dropped", "Planned again"  # the plan was made anew, discarded or cancelled


COUNT_NAMES = ("created", "updated", "removed", "unchanged", "held", "failed", "skipped")
