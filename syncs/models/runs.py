"""The ledger: one row per execution of a sync, one per write or decision not to write."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Concat
from django.db.models.lookups import Exact

from core.partner_models import PartnerForeignKey, PartnerModel
from customers.models import Customer, Subscription
from money.enums import Action, Motion, PartRole
from products.models import Product
from programs.models import Program
from syncs.enums import (
    ACTIVE_STATES,
    LOST_STATES,
    Anew,
    Cause,
    ChangeAbout,
    ChangeState,
    Manner,
    RunKind,
    RunState,
    RunStatus,
)

PRODUCT_ACTIONS = tuple(action.value for action in (Action.CREATE_PRODUCT, Action.UPDATE_PRICES, Action.ADOPT_PRODUCT))
LONG_COLUMNS = ("basis", "messages", "error_detail")  # of a run; no list shows them


class Run(PartnerModel):
    """One execution of a sync; a state machine that ``syncs.running.advancing.advance`` moves on."""

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
    in_line_since = models.DateTimeField(null=True)  # waits, without a message, until a worker is the partner's to have
    done = models.PositiveIntegerField(default=0)  # changes carried out so far
    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    api_calls = models.JSONField(default=dict)  # {system: {"GET": 12}}
    messages = models.JSONField(default=list)
    waiting_for = models.TextField(blank=True)  # why a person must look before it is applied
    basis = models.JSONField(default=dict)  # what the plan rests on: source read, marks proven
    attempts = models.PositiveSmallIntegerField(default=0)  # of the step at hand, after failures
    headway = models.CharField(max_length=24, db_default="")  # digest of how far it was when its last turn began
    turns = models.PositiveSmallIntegerField(db_default=0)  # begun since without coming any further
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
            models.Index(
                fields=["partner", "in_line_since"],
                condition=models.Q(in_line_since__isnull=False),
                name="syncs_run_in_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} run {self.pk}"


class RunTemplate(PartnerModel):
    """An invoice template in a run: what its plan was made from, and whether it was read since."""

    run = PartnerForeignKey(Run, on_delete=models.CASCADE, related_name="templates")
    template_id = models.CharField(max_length=100)  # the target's id
    planned_from = models.CharField(max_length=24)  # digest of the template as the plan saw it
    mapped = models.CharField(max_length=24, db_default="")  # digest of its mappings as the plan saw them
    # Why to plan it anew, once no lost answer is open.
    put_off = models.CharField(max_length=100, choices=Anew.choices, db_default="")
    read_at = models.DateTimeField(null=True)  # fresh, just before its first write
    next_run = models.DateField(null=True)  # as the plan that is written knows it
    verified_at = models.DateTimeField(null=True)  # once more, after its last write

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "run", "template_id"], name="one_row_per_run_and_template")
        ]

    def __str__(self) -> str:
        return f"template {self.template_id} in run {self.run_id}"


def is_planned() -> Exact[bool]:
    """That a change is planned, asked so that no index of states answers: each would read all that is planned."""
    return Exact(Concat("state", models.Value("")), ChangeState.PLANNED.value)


class Change(PartnerModel):
    """One write, or one decision not to write, with the values before and after.

    ``before`` and ``after`` hold what a person reads and what is written: for a line ``name,
    quantity, retail, cost, taxable, one_time`` (decimal strings), for a product ``name, cost,
    retail``.
    """

    program = PartnerForeignKey(Program, on_delete=models.CASCADE, related_name="+", db_index=False)  # of the run
    run = PartnerForeignKey(Run, on_delete=models.CASCADE, related_name="changes", db_index=False)
    position = models.PositiveIntegerField()
    action = models.CharField(max_length=14, choices=Action.pairs())
    about = models.GeneratedField(
        expression=models.Case(
            models.When(action__in=PRODUCT_ACTIONS, then=models.Value(ChangeAbout.PRODUCT.value)),
            default=models.Value(ChangeAbout.LINE.value),
        ),
        output_field=models.CharField(max_length=7, choices=ChangeAbout.choices),
        db_persist=True,
    )
    manner = models.CharField(max_length=8, choices=Manner.choices, blank=True, db_default="")
    state = models.CharField(max_length=8, choices=ChangeState.choices, default=ChangeState.PLANNED)
    what = models.CharField(max_length=700)  # for people: customer, product
    reason = models.TextField(blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    retail = models.DecimalField(max_digits=24, decimal_places=8, default=0)  # at stake
    cost = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    product = PartnerForeignKey(Product, null=True, on_delete=models.SET_NULL, related_name="+")
    product_key = models.CharField(max_length=200, blank=True)
    target_product_id = models.CharField(max_length=100, null=True)
    customer = PartnerForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="+")
    subscription = PartnerForeignKey(Subscription, null=True, on_delete=models.CASCADE, related_name="+")
    motion = models.CharField(max_length=12, choices=Motion.pairs(), blank=True)
    role = models.CharField(max_length=10, choices=PartRole.pairs(), blank=True)
    period = models.CharField(max_length=30, blank=True)
    mark = models.CharField(max_length=40, blank=True)
    template_id = models.CharField(max_length=100, null=True)
    line_id = models.CharField(max_length=100, null=True)
    next_run = models.DateField(null=True)  # of the template just before sending
    hold = models.CharField(max_length=40, blank=True)  # code of the hold
    subject = models.CharField(max_length=200, blank=True)  # what a person may decide
    charge_ids = models.JSONField(default=list)  # the source rows it came from
    sent_at = models.DateTimeField(null=True)  # or, when its answer was lost, when it was given up
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    error_detail = models.TextField(blank=True)
    cause = models.CharField(max_length=8, choices=Cause.choices, blank=True, db_default="")  # of a failure

    class Meta:
        ordering = ["run_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "run", "position"], name="one_change_per_place"),
            # What was sent and not answered may still land: it must be resolved before it is sent again.
            models.UniqueConstraint(
                fields=["partner", "program", "template_id", "mark"],
                condition=models.Q(action=Action.ADD_LINE, state__in=LOST_STATES),
                name="one_new_line_under_way",
            ),
            models.UniqueConstraint(
                fields=["partner", "run", "product"],
                condition=models.Q(action=Action.CREATE_PRODUCT, state__in=LOST_STATES),
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
            models.Index(
                fields=["partner", "program", "mark"],
                condition=models.Q(state=ChangeState.HELD),
                name="changes_held_by_mark",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.what}"
