"""Addresses about people."""

from django.urls import path

from accounts import columns, page_sizes, views
from accounts.address_pages import confirm_address, own_address
from accounts.joining import accept_invitation

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("invitations/<str:token>/", accept_invitation, name="accept_invitation"),
    # In the place of allauth's pages, which stand behind them.
    path("accounts/email/", own_address, name="account_email"),
    path("accounts/confirm-email/<str:key>/", confirm_address, name="account_confirm_email"),
]

partner_urlpatterns = [
    path("columns/", columns.choose_columns, name="choose_columns"),
    path("rows/", page_sizes.choose_page_size, name="choose_page_size"),
    path("users/", views.users, name="users"),
    path("users/invite/", views.invite, name="invite"),
    path("users/<int:membership_id>/role/", views.change_role, name="change_role"),
    path("users/<int:membership_id>/remove/", views.remove_member, name="remove_member"),
    path("users/invitations/<int:invitation_id>/resend/", views.resend_invitation, name="resend_invitation"),
    path("users/invitations/<int:invitation_id>/withdraw/", views.withdraw_invitation, name="withdraw_invitation"),
]
