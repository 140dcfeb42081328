from django.apps import AppConfig


class BillingsyncConfig(AppConfig):
    name = "billingsync"
    verbose_name = "Billing Sync"

    def ready(self) -> None:
        """Make the queue the one that ``shared_task`` uses, and register checks and signals."""
        from billingsync import celery, checks, database_login, signs_of_life  # noqa: F401  # they register themselves

        celery.app.set_default()
