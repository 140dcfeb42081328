from django.apps import AppConfig


class BillingsyncConfig(AppConfig):
    name = "billingsync"
    verbose_name = "Billing Sync"

    def ready(self) -> None:
        """Make the queue the one that ``shared_task`` uses, and register the checks."""
        from billingsync import celery, checks  # noqa: F401  # checks register themselves

        celery.app.set_default()
