from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The door for people. Without models: an app for its template tags, and the writer of all e-mails."""

    name = "portal"

    def ready(self) -> None:
        from notifications.composer_registry import Composer, register_composer
        from portal.emails.adapters import compose_account_mail
        from portal.emails.messages import write_message
        from portal.emails.rendering import render

        register_composer(Composer(write_message, render, compose_account_mail))
