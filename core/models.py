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


class InstallationEntry(models.Model):
    """One deed that concerns the installation and no partner's data. Never changed, never removed."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    actor_name = models.CharField(max_length=254)  # stays readable when the user is gone
    action = models.CharField(max_length=60)  # e.g. "keys.rotated"
    text = models.TextField()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "installation entries"
        indexes = [models.Index(fields=["-at", "-id"], name="core_installation_newest")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name}: {self.text}"


class Installation(models.Model):
    """Whose database this is, and whether people may change anything now: one row, made by the first ``migrate``."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    identity = models.CharField(max_length=64, blank=True)  # INSTALLATION_ID of who migrated it first
    maintenance_since = models.DateTimeField(null=True)
    maintenance_note = models.CharField(max_length=200, blank=True)  # for people, e.g. until when
    probed_at = models.DateTimeField(null=True)  # the last probe that found the database writable

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_installation")]

    def __str__(self) -> str:
        return self.identity or "without a name"


class Job(models.TextChoices):
    """Background work that is done for one partner after the other."""

    DISPATCH = "dispatch", "Start the daily sync"
    SWEEP = "sweep", "Hand a run over after its worker died"
    REMIND = "remind", "Remind of broken connections"
    PRUNE = "prune", "Take out what is older than it is kept"


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
