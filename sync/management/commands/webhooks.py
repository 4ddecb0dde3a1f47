"""``manage.py webhooks``: which apps tell at once when something changed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from connections.models import Hook
from sync.watch.hooks import home, remove, tend


class Command(BaseCommand):
    help = (
        "List which containers have a webhook, by which their app tells at once that something "
        "changed, after registering what is missing and removing what nobody needs any more. The "
        "worker does that every hour. --remove removes them all, such as before PUBLIC_URL "
        "changes or the server goes. Without webhooks everything is read at the interval."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--remove", action="store_true", help="remove them all")

    def handle(self, *args: Any, **options: Any) -> None:
        hooks = Hook.objects.select_related("container__account").order_by("pk")
        if options["remove"]:
            for hook in hooks:
                done = "removed" if remove(hook) else "could not be removed in the app"
                self.stdout.write(f"{hook.container}: {done}.")
            return
        if not home():
            self.stdout.write("PUBLIC_URL is not set, so no app can reach this installation.")
        tend(timezone.now())
        for hook in hooks.all():
            heard = f"; last heard {hook.heard_at:%Y-%m-%d %H:%M}" if hook.heard_at else ""
            self.stdout.write(f"{hook.container}: {f'on{heard}' if hook.on else hook.why}")
