"""The audit log: who did what, in words, append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from core.enums import About
from core.partner_models import PartnerModel


class AuditEntry(PartnerModel):
    """One business fact, e.g. "Syncro token replaced". Never changed, never removed."""

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
