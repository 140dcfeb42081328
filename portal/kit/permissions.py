"""Who may open which page. Every view of the portal carries exactly one of these decorators.

The test that walks the URL conf reads ``view.rule``: a view without one fails it.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from accounts.models import Partner, Role, User
from accounts.selectors import Access, list_accesses
from core.scope import current_partner_id, partner_scope
from portal.kit.figures import use_locale
from portal.kit.undone import forget_undone, sign_in_first, tell_undone


class PersonRequest(HttpRequest):
    """A request of a signed-in user."""

    user: User
    htmx: HtmxDetails
    accesses: list[Access]


class PartnerRequest(PersonRequest):
    """A request of a signed-in member of ``partner``."""

    partner: Partner
    access: Access


@dataclass(frozen=True, slots=True)
class Rule:
    """What a view demands: ``public``, ``person``, ``operator``, or ``partner`` with a least role."""

    kind: str
    minimum: Role | None = None


View = Callable[..., HttpResponse]


def public_page(view: View) -> View:
    """Anyone may open it."""
    return _ruled(view, Rule("public"))


def person_page(view: View) -> View:
    """Any signed-in user may open it."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return sign_in_first(request)
        _know_accesses(request)
        with _at_home(_zone_of(request)):
            return _answered(request, view, kwargs)

    return _ruled(guarded, Rule("person"))


def operator_page(view: View) -> View:
    """Only those who run the service may open it."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not getattr(request.user, "is_operator", False):
            raise PermissionDenied("This page is for those who run the service.")
        return view(request, **kwargs)

    return _ruled(person_page(guarded), Rule("operator"))


def partner_page(minimum: Role = Role.VIEWER) -> Callable[[View], View]:
    """Members of the partner in the address with at least this role may open it.

    The view and its rendering run inside the partner's scope. Another partner's user meets 404 (no
    word about whether the partner exists), too low a role 403.
    """
    return lambda view: _partner_view(view, minimum, scoped=True)


def partner_action(minimum: Role) -> Callable[[View], View]:
    """Like ``partner_page``, for views that call a vendor: the scope is not open.

    The view opens scopes itself, before and after the call, and renders within one.
    """
    return lambda view: _partner_view(view, minimum, scoped=False)


def _partner_view(view: View, minimum: Role, *, scoped: bool) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return sign_in_first(request)
        access = _find_access(request, slug, minimum)
        if scoped:
            with partner_scope(access.partner_id), _at_partner(request, access):
                return _answered(request, view, kwargs)
        with _at_partner(request, access):
            return _answered(request, view, kwargs)

    return _ruled(guarded, Rule("partner", minimum))


def _find_access(request: HttpRequest, slug: str, minimum: Role) -> Access:
    access = next((access for access in _know_accesses(request) if access.slug == slug), None)
    if access is None:
        raise Http404
    if not access.reaches(minimum):
        raise PermissionDenied(
            f"This needs the role {minimum.label} at {access.name}; yours is {access.role.label}. "
            "An owner or admin of your company can change your role."
        )
    return access


def _know_accesses(request: HttpRequest) -> list[Access]:
    if not hasattr(request, "accesses"):
        known = list_accesses(request.user.pk or 0)
        request.accesses = known  # type: ignore[attr-defined]  # see PersonRequest
    accesses: list[Access] = request.accesses  # type: ignore[attr-defined]  # see PersonRequest
    return accesses


@contextmanager
def _at_partner(request: HttpRequest, access: Access) -> Iterator[None]:
    """The partner on the request, its locale and the reader's time zone."""
    with nullcontext() if current_partner_id() else partner_scope(access.partner_id):
        partner = Partner.objects.get(pk=access.partner_id)
    request.partner, request.access = partner, access  # type: ignore[attr-defined]  # see PartnerRequest
    with _at_home(_zone_of(request) or partner.time_zone), use_locale(partner.locale):
        yield


@contextmanager
def _at_home(zone: str) -> Iterator[None]:
    with timezone.override(zoneinfo.ZoneInfo(zone) if zone else None):
        yield


def _zone_of(request: HttpRequest) -> str:
    return str(getattr(request.user, "time_zone", ""))


def _answered(request: HttpRequest, view: View, kwargs: dict[str, Any]) -> HttpResponse:
    """Rendered now, while scope, zone and locale hold; and what a press before the sign-in did not do is told."""
    told = tell_undone(request)
    response = view(request, **kwargs)
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response = response.render()
    if told:
        forget_undone(response)
    return response


def _ruled(view: View, rule: Rule) -> View:
    view.rule = rule  # type: ignore[attr-defined]  # read by the test that walks the URL conf
    return view
