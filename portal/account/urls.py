"""Addresses of one's own pages."""

from django.urls import path

from portal.account import address_pages, joining, passkeys, preferences, views

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("invitations/<str:token>/", joining.accept_invitation, name="accept_invitation"),
    # In the place of allauth's pages, which stand behind them.
    path("accounts/email/", address_pages.own_address, name="account_email"),
    path("accounts/sessions/", address_pages.own_sessions, name="usersessions_list"),
    path("accounts/2fa/webauthn/login/", passkeys.sign_in_by_passkey, name="mfa_login_webauthn"),
    path("accounts/confirm-email/<str:key>/", address_pages.confirm_address, name="account_confirm_email"),
]

partner_urlpatterns = [
    path("email-preferences/", preferences.preferences, name="mail_preferences"),
]
