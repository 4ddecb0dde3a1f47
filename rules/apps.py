from django.apps import AppConfig, apps
from django.db.models.signals import post_save


class RulesConfig(AppConfig):
    name = "rules"
    verbose_name = "Rules"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rules.beginning import begin_rules  # noqa: PLC0415 - it needs the tables

        post_save.connect(begin_rules, sender=apps.get_model("connections", "Connection"))
