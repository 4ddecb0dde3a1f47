from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"
    verbose_name = "Sync"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from connections.authorise import mended  # noqa: PLC0415 - models come after the apps
        from sync.watch.mended import go_on  # noqa: PLC0415

        mended.connect(go_on, dispatch_uid="connections go on")
