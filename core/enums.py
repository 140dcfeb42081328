"""Words that every app may use."""

from __future__ import annotations

from django.db import models


class About(models.TextChoices):
    """What kind of record an entry of the audit log is about, where it is found again by that."""

    CUSTOMER = "customer", "Customer"
    CONNECTION = "connection", "Connection"
    MEMBER = "member", "Member"
    PROGRAM = "program", "Program"
    PRODUCT = "product", "Product"
    INVITED = "invited", "Invited address"  # by a number that is made of it
