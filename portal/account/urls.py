"""Addresses of one's own pages."""

from django.urls import path

from portal.account import address_pages, joining, preferences, views

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("invitations/<str:token>/", joining.accept_invitation, name="accept_invitation"),
    # In the place of allauth's pages, which stand behind them.
    path("accounts/email/", address_pages.own_address, name="account_email"),
    path("accounts/confirm-email/<str:key>/", address_pages.confirm_address, name="account_confirm_email"),
]

partner_urlpatterns = [
    path("email-preferences/", preferences.preferences, name="mail_preferences"),
]
