"""Addresses about members."""

from django.urls import path

from portal.users import views

partner_urlpatterns = [
    path("users/", views.users, name="users"),
    path("users/invite/", views.invite, name="invite"),
    path("users/<int:membership_id>/role/", views.change_role, name="change_role"),
    path("users/<int:membership_id>/remove/", views.remove_member, name="remove_member"),
    path("users/<int:membership_id>/sign-out/", views.end_sessions, name="end_sessions"),
    path("users/invitations/<int:invitation_id>/resend/", views.resend_invitation, name="resend_invitation"),
    path("users/invitations/<int:invitation_id>/withdraw/", views.withdraw_invitation, name="withdraw_invitation"),
]
