"""Kinds, states and verdicts of runs, and states of their changes."""

from __future__ import annotations

from enum import StrEnum

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


LOST_STATES = (ChangeState.SENDING, ChangeState.UNKNOWN)  # sent and not answered, also by a worker that died


class ChangeAbout(models.TextChoices):
    """What a change is about."""

    LINE = "line", "A line on an invoice template"
    PRODUCT = "product", "A product"


class Manner(models.TextChoices):
    """How a change is done, where that is not what its action says."""

    ZEROED = "zeroed", "Set to quantity 0, since the target does not let go of the line"
    ADOPTS = "adopts", "Takes over a product that was there"


class Cause(models.TextChoices):
    """Why a change failed, where somebody must know it again."""

    STRANDED = "stranded", "Its line is still on the template that the mapping was moved from"
    HALF = "half", "The adjustment that goes with it was not written"


class Anew(models.TextChoices):
    """Why a template's part of a plan is made again; ``{target}`` stands for what people call the target."""

    DELETED = "deleted", "The invoice template was deleted since the plan."
    CHANGED = "changed", "The invoice template or its mappings changed since the plan."
    MAPPED = "mapped", "Its mappings were changed during the sync."
    NEGATIVES = "negatives", "{target} refuses negative amounts."
    ELSEWHERE = "elsewhere", "Something else happened to it while the sync was writing."


class PartCause(models.TextChoices):
    """Why a part is held, where that is to be undone together."""

    PLAN_WAITS = "plan_waits", "The plan that writes it waits for a person"


class Bucket(StrEnum):
    """Where an amount of the source counts."""

    SYNCED = "synced"
    ROUNDING = "rounding"
    HELD = "held"
    EXCLUDED = "excluded"
    NOT_MAPPED = "not_mapped"
    UNKNOWN = "unknown"
    FAILED = "failed"


class Verdict(StrEnum):
    """What is to be said of a usage month."""

    COMPLETE = "complete"
    NOT_COMPLETE = "not_complete"
    NOT_RIGHT = "not_right"
    NOT_KNOWN = "not_known"


COUNT_NAMES = ("created", "updated", "removed", "unchanged", "held", "failed", "skipped")
