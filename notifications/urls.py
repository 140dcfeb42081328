"""Addresses of notices, e-mail preferences and the local inbox of e-mails."""

from django.urls import path

from notifications import views

partner_urlpatterns = [
    path("email-preferences/", views.preferences, name="mail_preferences"),
    path("notices/", views.notices_page, name="notices"),
    path("notices/seen/", views.see_notices, name="see_notices"),
    path("messages/", views.messages, name="messages"),
    path("messages/<int:message_id>/", views.message, name="message"),
    path("messages/<int:message_id>/html/", views.message_html, name="message_html"),
]
