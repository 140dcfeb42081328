"""People: members and invitations of a partner, one's own profile, joining by invitation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.forms import InviteForm, JoinForm, ProfileForm, RoleForm
from accounts.models import Invitation, Role, User
from accounts.people_tables import FOR_ADMINS, InvitationTable, MemberTable
from accounts.permissions import PartnerRequest, PersonRequest, partner_page, person_page, public_page
from accounts.selectors import count_owners, list_members, list_waiting_invitations
from accounts.services import AccountError
from accounts.tables import list_page
from core.audit import actor_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_safe
@partner_page()
def users(request: PartnerRequest) -> HttpResponse:
    """Who works for this partner, and who is invited."""
    hidden = () if request.access.reaches(Role.ADMIN) else FOR_ADMINS
    invitations = InvitationTable(
        list_waiting_invitations(), caption="Invitations", prefix="i-", request=request, exclude=hidden
    )
    return list_page(
        request,
        "accounts/users.html",
        MemberTable(list_members(), caption="Members", exclude=hidden),
        invitations=invitations,
        roles=[(role.value, role.label) for role in Role if request.access.reaches(role)],
        is_sole_owner=count_owners() == 1,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page(Role.ADMIN)
def invite(request: PartnerRequest) -> HttpResponse:
    """Offer a role by e-mail."""
    form = InviteForm(request.POST or None, access=request.access)
    if form.is_valid():
        try:
            with transaction.atomic():
                invitation = services.invite(**form.invitation(), invited_by=request.user)
        except (AccountError, ValidationError) as refusal:
            form.add_error("email", refusal if isinstance(refusal, ValidationError) else str(refusal))
        else:
            days = form.chosen_days()
            messages.success(request, f"{invitation.email} is invited. The link in the e-mail is good for {days} days.")
            return redirect("users", request.partner.slug)
    return TemplateResponse(request, "accounts/invite.html", {"form": form})


@require_POST
@partner_page(Role.ADMIN)
def change_role(request: PartnerRequest, membership_id: int) -> HttpResponse:
    """Give a member another role."""
    membership = get_object_or_404(list_members(), pk=membership_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the roles in the list.")
        return redirect("users", request.partner.slug)
    role = Role(form.cleaned_data["role"])
    _refuse_above_own(request, membership.role, role)
    try:
        changed = services.change_role(membership=membership, role=role, actor=actor_of(request.user))
    except AccountError as refusal:
        messages.error(request, str(refusal))
    else:
        if changed:
            messages.success(request, f"{membership.user} is now {role.label}.")
    return redirect("users", request.partner.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page(Role.ADMIN)
def remove_member(request: PartnerRequest, membership_id: int) -> HttpResponse:
    """Take a member's access away, after naming whom it hits."""
    membership = get_object_or_404(list_members(), pk=membership_id)
    _refuse_above_own(request, membership.role)
    if request.method != "POST":
        return TemplateResponse(request, "accounts/remove_member.html", {"membership": membership})
    try:
        services.remove_member(membership=membership, actor=actor_of(request.user))
    except AccountError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{membership.user} has no access to {request.partner} any more.")
        if membership.user_id == request.user.pk:
            return redirect("home")
    return redirect("users", request.partner.slug)


@require_POST
@partner_page(Role.ADMIN)
def resend_invitation(request: PartnerRequest, invitation_id: int) -> HttpResponse:
    """Send an invitation once more, with a new link and its time begun anew."""
    invitation = get_object_or_404(Invitation, pk=invitation_id, accepted_at=None)
    _refuse_above_own(request, invitation.role)
    try:
        services.resend_invitation(invitation=invitation, invited_by=request.user)
    except AccountError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, f"{invitation.email} is invited again. The link of the e-mail before is worthless now."
        )
    return redirect("users", request.partner.slug)


@require_POST
@partner_page(Role.ADMIN)
def withdraw_invitation(request: PartnerRequest, invitation_id: int) -> HttpResponse:
    """Make an invitation worthless."""
    invitation = get_object_or_404(Invitation, pk=invitation_id, accepted_at=None)
    _refuse_above_own(request, invitation.role)
    services.withdraw_invitation(invitation=invitation, actor=actor_of(request.user))
    messages.success(request, f"The invitation of {invitation.email} is withdrawn.")
    return redirect("users", request.partner.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@person_page
def profile(request: PersonRequest) -> HttpResponse:
    """Name and time zone of the signed-in person."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("profile")
    return TemplateResponse(request, "accounts/profile.html", {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Follow the link of an invitation: join as a new person, or accept as oneself."""
    found = services.find_invitation(token)
    if found is None:
        return TemplateResponse(request, "accounts/invitation_over.html", status=404)
    invitation = found[1]
    known = services.find_user(invitation.email)
    form = None if known else JoinForm(request.POST or None, email=invitation.email)
    context: dict[str, Any] = {"invitation": invitation, "partner": invitation.partner, "known": known, "form": form}
    context["is_reader"] = request.user.is_authenticated and request.user == known
    if request.method == "POST":
        if form is not None and form.is_valid():
            return _join(request, token, invitation, form)
        if context["is_reader"]:
            return _accept(request, token, known)
    return TemplateResponse(request, "accounts/invitation.html", context)


def _join(request: HttpRequest, token: str, invitation: Invitation, form: JoinForm) -> HttpResponse:
    data = form.cleaned_data
    user = services.create_user(email=invitation.email, password=data["password"], name=data["name"])
    response = _accept(request, token, user)
    login(request, user, backend=BACKEND)
    return response


def _accept(request: HttpRequest, token: str, user: User | None) -> HttpResponse:
    if user is None:
        raise PermissionDenied
    try:
        partner = services.accept_invitation(token=token, user=user)
    except AccountError as refusal:
        messages.error(request, str(refusal))
        return redirect("home")
    messages.success(request, f"Welcome to {partner}.")
    return redirect("dashboard", partner.slug)


def _refuse_above_own(request: PartnerRequest, *roles: str) -> None:
    """An admin neither makes nor unmakes an owner."""
    for role in roles:
        if not request.access.reaches(Role(role)):
            raise PermissionDenied("Only an owner can change who is an owner.")
