from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The door for people. Without models: an app for its template tags."""

    name = "portal"
