"""The ledger: one row per execution of a sync, one per write or decision not to write."""

from __future__ import annotations

from django.db import models

from core.partner_models import PartnerForeignKey, PartnerModel
from customers.models import Customer, Subscription
from products.models import Product
from programs.models import Motion, Program
from syncs.models.lines import PartRole


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


LONG_COLUMNS = ("basis", "messages", "error_detail")  # of a run; no list shows them

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


class Run(PartnerModel):
    """One execution of a sync; a state machine that ``syncs.runs.advance`` moves on."""

    program = PartnerForeignKey(Program, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=8, choices=RunKind.choices)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    status = models.CharField(max_length=9, choices=RunStatus.choices, blank=True)
    preview = models.BooleanField(default=False)  # plans and writes nothing
    after = PartnerForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # the run of the same full sync that goes first
    started_by = models.CharField(max_length=254)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    resume_at = models.DateTimeField(null=True)  # not before: a settle time or a rate limit
    ticket = models.UUIDField(null=True)  # of the one message in the queue that may move it on
    enqueued_at = models.DateTimeField(null=True)  # when that message, or a copy of it, was sent last
    done = models.PositiveIntegerField(default=0)  # changes carried out so far
    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    api_calls = models.JSONField(default=dict)  # {"syncro": {"GET": 12}}
    messages = models.JSONField(default=list)
    waiting_for = models.TextField(blank=True)  # why a person must look before it is applied
    basis = models.JSONField(default=dict)  # what the plan rests on: source read, marks proven
    attempts = models.PositiveSmallIntegerField(default=0)  # of the step at hand, after failures
    lost_writes = models.PositiveSmallIntegerField(db_default=0)  # in a row, whose answer never came
    approved = models.BooleanField(default=False)  # a person applied the plan
    cancel_requested = models.BooleanField(default=False)
    error = models.TextField(blank=True)  # for the partner
    error_detail = models.TextField(blank=True)  # for the operator

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "program", "kind"],
                condition=models.Q(state__in=ACTIVE_STATES, preview=False),
                name="one_active_run_per_kind",
            )
        ]
        indexes = [
            models.Index(fields=["partner", "program", "-created_at"]),
            models.Index(fields=["state", "heartbeat_at"]),
            models.Index(fields=["finished_at"], condition=models.Q(status=RunStatus.ERROR), name="syncs_run_failures"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} run {self.pk}"


class RunTemplate(PartnerModel):
    """An invoice template in a run: what its plan was made from, and whether it was read since."""

    run = PartnerForeignKey(Run, on_delete=models.CASCADE, related_name="templates")
    template_id = models.BigIntegerField()  # the target's id
    planned_from = models.CharField(max_length=24)  # digest of the template as the plan saw it
    mapped = models.CharField(max_length=24, db_default="")  # digest of its mappings as the plan saw them
    put_off = models.CharField(max_length=100, db_default="")  # why to plan it anew, once no lost answer is open
    read_at = models.DateTimeField(null=True)  # fresh, just before its first write
    next_run = models.DateField(null=True)  # as the run itself read it last
    verified_at = models.DateTimeField(null=True)  # once more, after its last write

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "run", "template_id"], name="one_row_per_run_and_template")
        ]

    def __str__(self) -> str:
        return f"template {self.template_id} in run {self.run_id}"


class Action(models.TextChoices):
    """What a change does in the target."""

    CREATE_PRODUCT = "create_product", "Create product"
    UPDATE_PRICES = "update_prices", "Update prices"
    ADOPT_PRODUCT = "adopt_product", "Adopt product"
    ADD_LINE = "add_line", "Add line"
    CHANGE_LINE = "change_line", "Change line"
    REMOVE_LINE = "remove_line", "Remove line"
    KEEP = "keep", "Leave as it is"

    @property
    def writes(self) -> bool:
        """True when the target is written; adopting a product as it stands writes nothing."""
        return self not in (Action.KEEP, Action.ADOPT_PRODUCT)


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


class Change(PartnerModel):
    """One write, or one decision not to write, with the values before and after.

    ``before`` and ``after`` hold what a person reads and what is written: for a line ``name,
    quantity, retail, cost, taxable, one_time`` (decimal strings), for a product ``name, cost,
    retail``.
    """

    run = PartnerForeignKey(Run, on_delete=models.CASCADE, related_name="changes", db_index=False)
    position = models.PositiveIntegerField()
    action = models.CharField(max_length=14, choices=Action.choices)
    state = models.CharField(max_length=8, choices=ChangeState.choices, default=ChangeState.PLANNED)
    what = models.CharField(max_length=700)  # for people: customer, product
    reason = models.TextField(blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    retail = models.DecimalField(max_digits=24, decimal_places=8, default=0)  # at stake
    cost = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    product = PartnerForeignKey(Product, null=True, on_delete=models.SET_NULL, related_name="+")
    product_key = models.CharField(max_length=200, blank=True)
    target_product_id = models.BigIntegerField(null=True)
    customer = PartnerForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="+")
    subscription = PartnerForeignKey(Subscription, null=True, on_delete=models.CASCADE, related_name="+")
    motion = models.CharField(max_length=12, choices=Motion.choices, blank=True)
    role = models.CharField(max_length=10, choices=PartRole.choices, blank=True)
    period = models.CharField(max_length=30, blank=True)
    mark = models.CharField(max_length=40, blank=True)
    template_id = models.BigIntegerField(null=True)
    line_id = models.BigIntegerField(null=True)
    next_run = models.DateField(null=True)  # of the template just before sending
    hold = models.CharField(max_length=40, blank=True)  # code of the hold
    subject = models.CharField(max_length=200, blank=True)  # what a person may decide
    charge_ids = models.JSONField(default=list)  # the source rows it came from
    sent_at = models.DateTimeField(null=True)  # or, when its answer was lost, when it was given up
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    error_detail = models.TextField(blank=True)

    class Meta:
        ordering = ["run_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "run", "position"], name="one_change_per_place"),
            # What was sent and not answered may still land: it must be resolved before it is sent again.
            models.UniqueConstraint(
                fields=["partner", "template_id", "mark"],
                condition=models.Q(action="add_line", state__in=("sending", "unknown")),
                name="one_new_line_under_way",
            ),
            models.UniqueConstraint(
                fields=["partner", "run", "product"],
                condition=models.Q(action="create_product", state__in=("sending", "unknown")),
                name="one_new_product_under_way",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "run", "state"]),
            models.Index(fields=["partner", "subject"], condition=~models.Q(subject=""), name="changes_to_decide"),
            models.Index(
                fields=["partner", "run", "position"],
                include=["id", "customer", "action", "state"],
                name="changes_in_order",
            ),
            models.Index(fields=["partner", "run", "product"], name="changes_by_product"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.what}"
