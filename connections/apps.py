from django.apps import AppConfig
from django.conf import settings
from django.core.checks import register
from django.db.models.signals import pre_save

from connections.checks import credentials_keys, secret_key
from connections.staff.addresses import lower_address
from connections.staff.checks import single_sign_on


class ConnectionsConfig(AppConfig):
    name = "connections"
    verbose_name = "Connections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register(secret_key, "security")
        register(credentials_keys, "security")
        register(single_sign_on, "security")
        pre_save.connect(lower_address, sender=settings.AUTH_USER_MODEL)
