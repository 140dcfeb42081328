from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from connections.consequences import register_consequences
        from customers.consequences import mappings_that_rest

        register_consequences(mappings_that_rest)
