"""Addresses of the local inbox of e-mails."""

from django.urls import path

from portal.emails import views

partner_urlpatterns = [
    path("messages/", views.messages, name="messages"),
    path("messages/<int:message_id>/", views.message, name="message"),
    path("messages/<int:message_id>/html/", views.message_html, name="message_html"),
]
