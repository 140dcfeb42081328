"""Outgoing e-mail as rows: nothing is sent that is not recorded, nothing recorded is forgotten."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Membership, User
from core.partner_models import PartnerForeignKey, PartnerModel


class MessageState(models.TextChoices):
    """How far an e-mail has come."""

    DUE = "due", "To be sent"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Given up"


class Message(PartnerModel):
    """One e-mail to one address; ``event`` makes it one per event and address."""

    event = models.CharField(max_length=120)  # e.g. "run:17"
    kind = models.CharField(max_length=40)  # e.g. "run_finished", "connection_broken"
    to = ArrayField(models.EmailField())  # one; several in what earlier versions wrote
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    state = models.CharField(max_length=7, choices=MessageState.choices, default=MessageState.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["partner", "event"], name="one_message_per_event")]
        indexes = [
            models.Index(
                fields=["state", "not_before"], condition=~models.Q(state="sent"), name="notifications_not_sent"
            )
        ]

    def __str__(self) -> str:
        return self.subject


class AccountMail(models.Model):
    """One e-mail about a person's own sign-in: whom and what it is about. Its text is made when it leaves.

    It belongs to no partner. Links that let in are never part of ``facts``.
    """

    person = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")  # None: nobody's address
    to = models.EmailField()
    kind = models.CharField(max_length=80)  # e.g. "account/email/password_reset_key"
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=MessageState.choices, default=MessageState.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["state", "not_before"],
                condition=models.Q(state__in=(MessageState.DUE, MessageState.SENDING)),
                name="account_mails_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"


class MailPreference(PartnerModel):
    """Which news of a partner one of its members wants by e-mail. No row: none."""

    membership = PartnerForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    run_problems = models.BooleanField(default=False)  # runs with warnings or errors
    every_run = models.BooleanField(default=False)
    unmapped = models.BooleanField(default=False)  # new customers that nobody mapped
    connections = models.BooleanField(default=False)  # that break, and work again

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "membership"], name="one_preference_per_member")]

    def __str__(self) -> str:
        return f"e-mail preferences of member {self.membership_id}"


class Notice(PartnerModel):
    """Something that happened, for everybody who works for the partner; ``event`` makes it one per event."""

    event = models.CharField(max_length=120)  # e.g. "run:17:finished"
    tone = models.CharField(max_length=7)  # good, warning, bad
    subject = models.CharField(max_length=300)
    text = models.TextField()  # the first line of the e-mail
    link = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["partner", "event"], name="one_notice_per_event")]
        indexes = [models.Index(fields=["partner", "-created_at", "-id"], name="notifications_newest_notice")]

    def __str__(self) -> str:
        return self.subject


class NoticesSeen(PartnerModel):
    """Up to when a member has seen the partner's notices."""

    membership = PartnerForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "membership"], name="one_seen_mark_per_member")]

    def __str__(self) -> str:
        return f"seen by member {self.membership_id}: {self.at}"
