"""People: members and invitations of a partner."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.models import Invitation, Membership, Role
from accounts.selectors import count_owners, list_members, list_waiting_invitations
from accounts.services import AccountError
from core.audit import actor_of
from core.editions import NewerEdition
from portal.kit.editing import Editing
from portal.kit.page_sizes import page_size
from portal.kit.permissions import PartnerRequest, partner_page
from portal.kit.reauthentication import ask_again
from portal.kit.tables import cut_pages, list_page
from portal.kit.undone import drawn_of
from portal.users.forms import InviteForm, RoleForm
from portal.users.tables import FOR_ADMINS, InvitationTable, MemberTable

POWERFUL = (Role.OWNER, Role.ADMIN)  # to invite one asks again who it is


@require_safe
@partner_page()
def users(request: PartnerRequest) -> HttpResponse:
    """Who works for this partner, and who is invited."""
    hidden = () if request.access.reaches(Role.ADMIN) else FOR_ADMINS
    invitations = InvitationTable(list_waiting_invitations(), caption="Invitations", prefix="i-", exclude=hidden)
    cut_pages(request, invitations, page_size(request))
    return list_page(
        request,
        "portal/users/users.html",
        MemberTable(list_members(), caption="Members", exclude=hidden),
        invitations=invitations,
        roles=[(role.value, role.label) for role in Role if request.access.reaches(role)],
        is_sole_owner=count_owners() == 1,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@partner_page(Role.ADMIN)
def invite(request: PartnerRequest) -> HttpResponse:
    """Offer a role by e-mail."""
    editing = Editing(request, dict.fromkeys(InviteForm.base_fields, ""))
    form = InviteForm(editing.data, access=request.access)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["role"] in POWERFUL and (detour := ask_again(request)):
            return detour
        try:
            with transaction.atomic():
                invitation = services.invite(**form.invitation(), invited_by=request.user)
        except (AccountError, ValidationError) as refusal:
            form.add_error("email", refusal if isinstance(refusal, ValidationError) else str(refusal))
        else:
            days = form.chosen_days()
            messages.success(request, f"{invitation.email} is invited. The link in the e-mail is good for {days} days.")
            return redirect("users", request.partner.slug)
    return TemplateResponse(request, "portal/users/invite.html", {"form": form, "editing": editing})


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
    if detour := ask_again(request, _list_of(request)):
        return detour
    try:
        actor, drawn = actor_of(request.user), drawn_of(request)
        changed = services.change_role(membership=membership, role=role, actor=actor, drawn=drawn)
    except AccountError as refusal:
        messages.error(request, str(refusal))
    except NewerEdition as newer:
        messages.error(request, _role_now(membership, newer))
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
    if detour := ask_again(request):
        return detour
    editing = Editing(request, services.role_of(membership))
    if request.method != "POST":
        context = {"membership": membership, "editing": editing}
        return TemplateResponse(request, "portal/users/remove_member.html", context)
    try:
        services.remove_member(membership=membership, actor=actor_of(request.user), drawn=editing.sent)
    except AccountError as refusal:
        messages.error(request, str(refusal))
    except NewerEdition as newer:
        messages.error(request, _role_now(membership, newer))
    else:
        messages.success(request, f"{membership.user} has no access to {request.partner} any more.")
        if membership.user_id == request.user.pk:
            return redirect("home")
    return redirect("users", request.partner.slug)


@require_POST
@partner_page(Role.OWNER)
def end_sessions(request: PartnerRequest, membership_id: int) -> HttpResponse:
    """Sign a member out of every browser: one was lost, or they left."""
    membership = get_object_or_404(list_members(), pk=membership_id)
    if detour := ask_again(request, _list_of(request)):
        return detour
    ended = services.end_sessions(membership=membership, actor=actor_of(request.user))
    browsers = "1 browser" if ended == 1 else f"{ended} browsers"
    messages.success(request, f"{membership.user} is signed out of {browsers}.")
    return redirect(_list_of(request))


@require_POST
@partner_page(Role.ADMIN)
def resend_invitation(request: PartnerRequest, invitation_id: int) -> HttpResponse:
    """Send an invitation once more, with a new link and its time begun anew."""
    invitation = get_object_or_404(Invitation, pk=invitation_id, accepted_at=None)
    _refuse_above_own(request, invitation.role)
    if invitation.role in POWERFUL and (detour := ask_again(request, _list_of(request))):
        return detour
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


def _list_of(request: PartnerRequest) -> str:
    return reverse("users", args=[request.partner.slug])


def _role_now(membership: Membership, newer: NewerEdition) -> str:
    """Somebody was quicker with this member."""
    labels = dict(Role.choices)
    was, now = newer.changed.get("role", ("", membership.role))
    return newer.tell(f"{membership.user} was {labels.get(was, was)} and is now {labels.get(now, now)}.")


def _refuse_above_own(request: PartnerRequest, *roles: str) -> None:
    """An admin neither makes nor unmakes an owner."""
    for role in roles:
        if not request.access.reaches(Role(role)):
            raise PermissionDenied("Only an owner can change who is an owner.")
