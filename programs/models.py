"""A program (Microsoft CSP) of a partner: from which source to which target, and how."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models

from connections.models import Connection
from core.partner_models import PartnerForeignKey, PartnerModel
from money.enums import Motion, Prorations


class ProductMode(models.TextChoices):
    """Which products of the price list are synced."""

    ALL = "all", "All Products"
    IN_USE = "in_use", "In-Use Only"


class Start(models.TextChoices):
    """Which invoice is the first to be billed when billing is switched on."""

    LATEST = "latest", "The most recent invoice"
    NEXT = "next", "The next invoice"


class Approval(models.TextChoices):
    """Whether a billing plan waits for a person."""

    AUTOMATIC = "automatic", "Apply at once"
    REQUIRED = "required", "Hold until someone applies it"


class Credits(models.TextChoices):
    """What happens to credits."""

    HOLD = "hold", "Hold for review"
    APPLY = "apply", "Apply"


@pghistory.track(exclude=["next_due_at", "start_listed_at", "ledger_as_of"])
class Program(PartnerModel):
    """Settings of one program x source x target; the Program Edit screen."""

    slug = models.SlugField(default="microsoft-csp")
    source = PartnerForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    target = PartnerForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    enabled = models.BooleanField(default=False)
    notification_emails = ArrayField(models.EmailField(), default=list, blank=True)
    mail_every_run = models.BooleanField(default=False)
    billing_enabled = models.BooleanField(default=False)
    motions = ArrayField(models.CharField(max_length=12, choices=Motion.pairs()), default=list, blank=True)
    start = models.CharField(max_length=6, choices=Start.choices, default=Start.LATEST)
    approval = models.CharField(max_length=9, choices=Approval.choices, default=Approval.AUTOMATIC)
    prorations = models.CharField(max_length=8, choices=Prorations.pairs(), default=Prorations.LINE)
    credits = models.CharField(max_length=5, choices=Credits.choices, default=Credits.HOLD)
    rounding_tolerance = models.DecimalField(
        max_digits=6, decimal_places=2, default=Decimal("0.05"), validators=[MinValueValidator(0)]
    )
    products_enabled = models.BooleanField(default=False)
    product_mode = models.CharField(max_length=6, choices=ProductMode.choices, default=ProductMode.IN_USE)
    sync_azure = models.BooleanField(default=True)
    sync_annual = models.BooleanField(default=True)
    new_taxable = models.BooleanField(default=True)
    daily_at = models.TimeField(default=dt.time(5, 0))  # by the clocks of ``zone``
    time_zone = models.CharField(max_length=64, blank=True, default="", db_default="")  # "" = the partner's
    next_due_at = models.DateTimeField(null=True, db_index=True)
    start_listed_at = models.DateTimeField(null=True)  # when the source was asked for its list, billing being first on
    baseline_at = models.DateTimeField(null=True)  # when it was settled what of that list is the past
    # A backup was restored: the target may hold what was written after this instant, and the ledger does not know.
    ledger_as_of = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "slug", "source", "target"], name="one_program_per_route")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The program's name as the field knows it."""
        return PROGRAM_NAMES.get(self.slug, self.slug)

    @property
    def own_minutes(self) -> int:
        """Minutes after the daily time at which this program's sync starts, the same each day: 0 to 29.

        Programs share the daily time, workers and the request limit; numbers in a row are spread evenly.
        """
        return self.pk * 11 % SPREAD_MINUTES

    @property
    def zone(self) -> str:
        """IANA name of the zone that the daily time is meant in."""
        return self.time_zone or self.partner.time_zone


SPREAD_MINUTES = 30
PROGRAM_NAMES = {"microsoft-csp": "Microsoft CSP"}
