"""Notices in the top bar, and the page of all of them."""

from __future__ import annotations

import django_tables2 as tables
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from notifications import notices
from notifications.models import Notice
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.tables import PortalTable, WhenColumn, list_page, name_html


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


@require_safe
@partner_page()
def notices_page(request: PartnerRequest) -> HttpResponse:
    """All notices of the partner."""
    rows = Notice.objects.all()
    unseen = notices.count_unseen(request.user.pk)
    return list_page(request, "portal/frame/notices.html", NoticeTable(rows, caption="Notices"), unseen=unseen)


@require_POST
@partner_page()
def see_notices(request: PartnerRequest) -> HttpResponse:
    """The reader looks: the newest notices for the menu, or back to the page; either way all are seen."""
    recent = list(notices.recent_notices(request.user.pk)) if request.htmx else []
    notices.mark_seen(user_id=request.user.pk)
    if request.htmx:
        return TemplateResponse(request, "portal/frame/shell/notices_panel.html", {"recent": recent})
    return redirect("notices", request.partner.slug)
