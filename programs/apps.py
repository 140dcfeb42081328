from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from connections.consequences import register_consequences
        from notifications.recipients import register_address_book
        from programs.consequences import programs_that_stop
        from programs.selectors import addresses_for_connection

        register_address_book(addresses_for_connection)
        register_consequences(programs_that_stop)
