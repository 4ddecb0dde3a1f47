from django.apps import AppConfig
from django.core.checks import register

from connections.checks import credentials_keys


class ConnectionsConfig(AppConfig):
    name = "connections"
    verbose_name = "Connections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register(credentials_keys, "security")
