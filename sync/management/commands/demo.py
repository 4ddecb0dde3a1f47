from __future__ import annotations

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sync.management.demo.show import show
from sync.management.serving import CannotServe


class Command(BaseCommand):
    help = (
        "A first look: makes a database, an admin user, stand-ins of Contactually, Google Contacts "
        "and Mailchimp and an address book, full of people who do not exist, and connections "
        "between them; syncs them, tells what happened, and serves the admin and the apps until "
        "Ctrl-C. All of it lives in var/demo/. A second start goes on from there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="stop after the first syncs, serve nothing"
        )
        parser.add_argument(
            "--port",
            type=int,
            default=8000,
            help="where the admin is served (default 8000); the apps are one port higher",
        )

    def handle(self, *args: Any, once: bool, port: int, **options: Any) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        try:
            show(self._say, port=port, once=once, stop=stop)
        except CannotServe as error:
            raise CommandError(str(error)) from error

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
