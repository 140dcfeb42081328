"""The audit log (who did what, in words, append-only), and background work that broke."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from core.enums import About
from core.partner_models import PartnerModel


class AuditEntry(PartnerModel):
    """One business fact, e.g. that a token was replaced. Never changed, never removed."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    actor_name = models.CharField(max_length=254)  # stays readable when the user is gone
    action = models.CharField(max_length=60)  # e.g. "connection.replaced"
    text = models.TextField()
    about = models.CharField(max_length=10, choices=About.choices, blank=True, db_default="")
    about_id = models.BigIntegerField(null=True)  # ours; the entry outlives the record

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["partner", "-at", "-id"], name="core_audite_partner_newest"),
            models.Index(fields=["partner", "action", "-at"], name="core_audite_by_action"),
            models.Index(fields=["partner", "actor_name", "-at"], name="audit_by_person"),
            models.Index(
                fields=["partner", "about", "about_id", "-at"],
                condition=models.Q(about_id__isnull=False),
                name="audit_by_record",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name}: {self.text}"


class Job(models.TextChoices):
    """Background work that is done for one partner after the other."""

    DISPATCH = "dispatch", "Start the daily sync"
    SWEEP = "sweep", "Hand a run over after its worker died"
    REMIND = "remind", "Remind of broken connections"


class Breakdown(PartnerModel):
    """Background work that raised for this partner. The row goes once it works again."""

    job = models.CharField(max_length=8, choices=Job.choices)
    row = models.BigIntegerField()  # id of the program, run ... that it was about; of the partner where it is about all
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    error = models.CharField(max_length=80)  # the name of its class

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "job", "row"], name="one_breakdown_of_a_row")]

    def __str__(self) -> str:
        return f"{self.get_job_display()}: {self.error}"
