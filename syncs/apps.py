from django.apps import AppConfig


class SyncsConfig(AppConfig):
    name = "syncs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from connections.consequences import register_consequences
        from syncs import receivers  # noqa: F401  # connects the signals
        from syncs.consequences import runs_that_end

        register_consequences(runs_that_end)
