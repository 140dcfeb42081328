"""A member's e-mail preferences; for development the local inbox of e-mails, to read and to click."""

from __future__ import annotations

from dataclasses import asdict

import django_tables2 as tables
from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.contrib import messages as flash
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from accounts.permissions import PartnerRequest, partner_page
from accounts.tables import PortalTable, StateColumn, WhenColumn, list_page, name_html
from core.audit import actor_of
from notifications import news, notices
from notifications.forms import WishesForm
from notifications.models import Message, Notice

# An e-mail brings its own styles and nothing else: no script, no form, no foreign picture.
MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "img-src": [SELF, "data:"],
    "sandbox": ["allow-popups"],
}


class MessageTable(PortalTable):
    """E-mails, newest first."""

    subject = tables.Column()
    to = tables.Column(orderable=False)
    state = StateColumn()
    created_at = WhenColumn(verbose_name="Written")

    class Meta(PortalTable.Meta):
        model = Message
        fields = ("subject", "to", "state", "created_at")

    empty_title = "No e-mail yet"

    def render_subject(self, record: Message) -> SafeString:
        return name_html(reverse("message", args=[self.request.partner.slug, record.pk]), record.subject)

    def render_to(self, value: list[str]) -> str:
        return ", ".join(value)


class NoticeTable(PortalTable):
    """What happened, newest first."""

    subject = tables.Column(verbose_name="What", orderable=False, attrs={"td": {"class": "name"}})
    created_at = WhenColumn(verbose_name="When", orderable=False)

    class Meta(PortalTable.Meta):
        model = Notice
        fields = ("subject", "created_at")

    empty_title = "No notice yet"
    empty_help = "Here stands what syncs wrote and what needs you, and when a connection stops working."

    def render_subject(self, record: Notice) -> SafeString:
        return name_html(record.link, record.subject, record.text)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page()
def preferences(request: PartnerRequest) -> HttpResponse:
    """Which e-mails about this partner the reader gets."""
    wishes = news.read_wishes(request.user.pk)
    form = WishesForm(request.POST if request.method == "POST" else None, initial=asdict(wishes))
    if form.is_valid():
        changed = news.save_wishes(user_id=request.user.pk, wishes=form.wishes(), actor=actor_of(request.user))
        flash.success(request, "Saved." if changed else "Nothing was changed.")
        return redirect("mail_preferences", request.partner.slug)
    return TemplateResponse(request, "notifications/preferences.html", {"form": form})


@require_safe
@partner_page()
def notices_page(request: PartnerRequest) -> HttpResponse:
    """All notices of the partner."""
    rows = Notice.objects.all()
    unseen = notices.count_unseen(request.user.pk)
    return list_page(request, "notifications/notices.html", NoticeTable(rows, caption="Notices"), unseen=unseen)


@require_POST
@partner_page()
def see_notices(request: PartnerRequest) -> HttpResponse:
    """The reader looks: the newest notices for the menu, or back to the page; either way all are seen."""
    recent = list(notices.recent_notices(request.user.pk)) if request.htmx else []
    notices.mark_seen(user_id=request.user.pk)
    if request.htmx:
        return TemplateResponse(request, "shell/notices_panel.html", {"recent": recent})
    return redirect("notices", request.partner.slug)


@require_safe
@partner_page(Role.ADMIN)
def messages(request: PartnerRequest) -> HttpResponse:
    """All e-mails of the partner."""
    _only_in_development()
    rows = Message.objects.defer("text", "html")
    return list_page(request, "notifications/messages.html", MessageTable(rows))


@require_safe
@partner_page(Role.ADMIN)
def message(request: PartnerRequest, message_id: int) -> HttpResponse:
    """One e-mail as plain text, with a link to its HTML."""
    _only_in_development()
    found = get_object_or_404(Message, pk=message_id)
    return TemplateResponse(request, "notifications/message.html", {"message": found})


@csp(MAIL_POLICY)
@require_safe
@partner_page(Role.ADMIN)
def message_html(request: PartnerRequest, message_id: int) -> HttpResponse:  # noqa: ARG001  # what a view takes
    """The HTML of an e-mail, as a mail program shows it."""
    _only_in_development()
    return HttpResponse(get_object_or_404(Message, pk=message_id).html)


def _only_in_development() -> None:
    """Mails hold links that let their reader in; only their reader gets them in production."""
    if not settings.DEVELOPMENT:
        raise Http404
