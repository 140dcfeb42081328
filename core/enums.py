"""Words that every app may use."""

from __future__ import annotations

from django.db import models


class About(models.TextChoices):
    """What kind of record an entry of the audit log is about, where it is found again by that."""

    CUSTOMER = "customer", "Customer"
    CONNECTION = "connection", "Connection"
    INVITED = "invited", "Invited address"  # by a number that is made of it
