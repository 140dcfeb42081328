"""What became of each e-mail; in development also the e-mails themselves, to read and to click."""

from __future__ import annotations

import django_tables2 as tables
from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.models import Role
from notifications.models import Message, MessageState
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.tables import PortalTable, StateColumn, WhenColumn, list_page, name_html

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
    last_error = tables.Column(verbose_name="What its server says", orderable=False)
    created_at = WhenColumn(verbose_name="Written")

    class Meta(PortalTable.Meta):
        model = Message
        fields = ("subject", "to", "state", "last_error", "created_at")

    empty_title = "No e-mail yet"

    def render_subject(self, record: Message) -> SafeString | str:
        if not settings.DEVELOPMENT:
            return record.subject
        return name_html(reverse("message", args=[self.request.partner.slug, record.pk]), record.subject)

    def render_to(self, value: list[str]) -> str:
        return ", ".join(value)

    def render_last_error(self, value: str, record: Message) -> str:
        return value if record.state != MessageState.SENT else ""


@require_safe
@partner_page(Role.ADMIN)
def messages(request: PartnerRequest) -> HttpResponse:
    """All e-mails of the partner, one row for each address."""
    rows = Message.objects.defer("text", "html")
    return list_page(request, "portal/emails/messages.html", MessageTable(rows))


@require_safe
@partner_page(Role.ADMIN)
def message(request: PartnerRequest, message_id: int) -> HttpResponse:
    """One e-mail as plain text, with a link to its HTML."""
    _only_in_development()
    found = get_object_or_404(Message, pk=message_id)
    return TemplateResponse(request, "portal/emails/message.html", {"message": found})


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
