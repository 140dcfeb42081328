"""One's own address and sessions: to change the one and prove the new one, to end the others."""

from __future__ import annotations

from typing import Any

from allauth.account.views import ConfirmEmailView, EmailView
from allauth.usersessions.views import ListUserSessionsView
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from portal.kit.permissions import person_page
from portal.kit.reauthentication import ask_again


class _AddressPage(EmailView):
    """Without the press that makes an address count before it is proven."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "action_primary" in request.POST:
            raise PermissionDenied("An address counts once the link that was sent there was followed.")
        if detour := ask_again(request):
            return detour
        response: HttpResponseBase = super().post(request, *args, **kwargs)
        return response


class _SessionsPage(ListUserSessionsView):
    """Where somebody is signed in; to end sessions asks again who it is."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = ask_again(request) or super().post(request, *args, **kwargs)
        return response


class _ConfirmPage(ConfirmEmailView):
    """The link is half of the proof; the other half is who follows it."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response: HttpResponseBase = super().post(*args, **kwargs)
        except Http404:  # pressed twice, or too late
            return redirect("account_email")
        return response

    def get_object(self, queryset: Any = None) -> Any:
        confirmation = super().get_object(queryset)
        if confirmation.email_address.user_id != self.request.user.pk:
            raise Http404
        return confirmation


own_sessions = person_page(_SessionsPage.as_view())
own_address = person_page(_AddressPage.as_view())
confirm_address = person_page(_ConfirmPage.as_view())
