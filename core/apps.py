from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class CoreConfig(AppConfig):
    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.installation import refuse_older_schema, take_identity

        pre_migrate.connect(refuse_older_schema, sender=self)
        post_migrate.connect(take_identity, sender=self)
