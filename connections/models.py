"""A partner's credentials and status for one source or target."""

from __future__ import annotations

import pghistory
from django.db import models

from accounts.models import User
from connectors.registry import SYSTEMS
from core.partner_models import PartnerForeignKey, PartnerModel


class ConnectionStatus(models.TextChoices):
    """Where a connection stands; the words of the cards on the Connections page."""

    NOT_ENABLED = "not_enabled", "Not enabled"
    REQUESTED = "requested", "Requested"
    READY = "ready", "Ready to connect"
    CONNECTED = "connected", "Connected"
    ATTENTION = "attention", "Needs attention"


class Trouble(models.TextChoices):
    """What kind of trouble a connection is in."""

    CREDENTIALS = "credentials", "The credentials or the address do not do"
    PERMISSION = "permission", "A permission is missing"


@pghistory.track(
    exclude=[
        "permissions",
        "last_tested_at",
        "target_read_at",
        "target_day",
        "copy_wanted_at",
        "copy_problem",
        "warnings",
    ]
)
class Connection(PartnerModel):
    """One source or target of a partner, who may have several of one system. Secrets are apart, see ``Secret``."""

    system = models.CharField(max_length=20)  # a name of connectors.registry.SYSTEMS
    name = models.CharField(max_length=50, blank=True, db_default="")  # the partner's own for it, a slug; "" = none
    status = models.CharField(max_length=12, choices=ConnectionStatus.choices, default=ConnectionStatus.NOT_ENABLED)
    status_since = models.DateTimeField()
    credentials = models.JSONField(default=dict)  # the fields that are no secrets
    currency = models.CharField(
        max_length=3, blank=True
    )  # ISO code: of a source as set, "" = the partner's; of a target as it says
    account = models.CharField(max_length=200, blank=True)  # as the vendor names it
    currency_symbol = models.CharField(max_length=8, blank=True)  # of a target, where it names no currency
    time_zone = models.CharField(max_length=64, blank=True)  # of a target, as the vendor writes it
    settings_read_at = models.DateTimeField(null=True)  # when symbol and zone were last read
    permissions = models.JSONField(default=list)  # [[name, state], ...] of the last test
    warnings = models.JSONField(default=list)  # texts of the last test
    negative_lines = models.BooleanField(default=True)  # False once the target refused one
    requested_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField(null=True)
    last_tested_at = models.DateTimeField(null=True)
    target_read_at = models.DateTimeField(null=True)  # age of the copy of customers and templates
    target_day = models.DateField(null=True)  # the target's own, as its answers said when the copy was read
    copy_wanted_at = models.DateTimeField(null=True)  # since when a reading of it waits or is under way
    copy_problem = models.TextField(blank=True, db_default="")  # why its last reading by hand came to nothing
    trouble = models.CharField(max_length=11, choices=Trouble.choices, blank=True, db_default="")
    problem = models.TextField(blank=True)  # for the partner: what is wrong and what to do
    problem_detail = models.TextField(blank=True)  # for the operator
    failing_since = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "system", "name"], name="one_connection_per_name"),
        ]

    def __str__(self) -> str:
        return f"{self.system} ({self.get_status_display()})"

    @property
    def label(self) -> str:
        """The system as people write it."""
        return SYSTEMS[self.system].label

    @property
    def known_as(self) -> str:
        """The partner's own name for it, else the system as people write it."""
        return self.name or self.label


class Secret(PartnerModel):
    """One write-only credential, sealed by ``core.secrets``."""

    connection = PartnerForeignKey(Connection, on_delete=models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=40)
    sealed = models.BinaryField(default=b"")  # bound to this row, so sealed after the insert
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "connection", "name"], name="one_secret_per_name")]

    def __str__(self) -> str:
        return f"{self.name}, stored {self.stored_at:%Y-%m-%d}"


class CheckState(models.TextChoices):
    """How far a test of credentials has come."""

    WAITING = "waiting", "Under way"
    PASSED = "passed", "Works"
    REFUSED = "refused", "Does not work"


class CredentialCheck(PartnerModel):
    """A test of credentials that somebody asked for. A worker does it; the page follows this row.

    What was entered is sealed while it waits, and forgotten once the test is over.
    """

    system = models.CharField(max_length=20)
    stores = models.BooleanField()  # True: what was entered is stored when it works; False: what is stored is tested
    entered = models.BinaryField(null=True)  # sealed JSON, bound to this row
    shown = models.JSONField(default=dict)  # the entered fields that are no secrets, for the form
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=CheckState.choices, default=CheckState.WAITING)
    problem = models.TextField(blank=True)
    problem_fields = models.JSONField(default=dict)
    permissions = models.JSONField(default=list)  # [[name, state], ...] of a test that came that far

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner"], condition=models.Q(state=CheckState.WAITING), name="one_check_under_way_per_partner"
            )
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.get_state_display()}"
