"""Lists of people: members and invitations."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import Invitation, Membership
from portal.kit.badges import badge_html
from portal.kit.figures import when_html
from portal.kit.tables import PortalTable, WhenColumn

FOR_ADMINS = ("second_factor", "last_login", "actions")  # columns


class ActionColumn(tables.TemplateColumn):
    """Buttons at the end of a row."""

    def __init__(self, template_name: str) -> None:
        attrs = {"td": {"class": "row-actions"}}
        super().__init__(template_name=template_name, verbose_name="", orderable=False, attrs=attrs)


class MemberTable(PortalTable):
    """People who work for the partner."""

    user = tables.Column(verbose_name="Person", order_by="user__email", attrs={"td": {"class": "name"}})
    role = tables.Column()
    second_factor = tables.Column(verbose_name="Two-factor sign-in", order_by="has_second_factor", empty_values=())
    last_login = WhenColumn(verbose_name="Last sign-in", accessor="user__last_login", default="never")
    created_at = WhenColumn(verbose_name="Member since")
    actions = ActionColumn("portal/users/member_actions.html")

    card_title = "user"

    class Meta(PortalTable.Meta):
        model = Membership
        fields = ("user", "role", "second_factor", "last_login", "created_at", "actions")

    def render_user(self, record: Membership) -> SafeString:
        if not record.user.name:
            return format_html("<bdi>{}</bdi>", record.user.email)
        return format_html('<bdi>{}</bdi><span class="under">{}</span>', record.user.name, record.user.email)

    def render_second_factor(self, record: Any) -> SafeString:
        return badge_html("connected", "On") if record.has_second_factor else badge_html("skipped", "Off")


class InvitationTable(PortalTable):
    """Invitations that nobody has accepted."""

    email = tables.Column(verbose_name="Invited")
    role = tables.Column()
    expires_at = tables.Column(verbose_name="Good until")
    actions = ActionColumn("portal/users/invitation_actions.html")

    card_title = "email"

    class Meta(PortalTable.Meta):
        model = Invitation
        fields = ("email", "role", "expires_at", "actions")

    def render_expires_at(self, value: dt.datetime) -> SafeString:
        if value > timezone.now():
            return when_html(value)
        return format_html("{} {}", badge_html("attention", "Over"), when_html(value))
